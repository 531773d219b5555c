/**
 * The page's way to its session: a SharedWorker, so that tabs share connections and a frozen tab loses none; a Worker of its own where that is
 * missing or does not start.
 */
import { saysHere } from './page-watch.js'
import { type Port, PortSession } from './port-session.js'

export function openSession(): PortSession {
  const port = openPort()
  const session = new PortSession(port)
  saysHere(message => port.postMessage(message))
  const tellVisible = () => session.setVisible(document.visibilityState === 'visible')
  document.addEventListener('visibilitychange', tellVisible)
  tellVisible()
  // A page that is kept for Back comes back with its streams; the others say goodbye.
  addEventListener('pagehide', event => {
    if (!event.persisted) port.postMessage({ is: 'bye' })
  })
  return session
}

function openPort(): Port {
  if (typeof SharedWorker === 'undefined') return startWorker()
  try {
    return new SharedPort()
  } catch {
    return startWorker()
  }
}

const startWorker = (): Port => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'milena' })

/** A SharedWorker's port that turns into a Worker when the shared one cannot be loaded: what was sent meanwhile is sent again. */
class SharedPort implements Port {
  onmessage: ((event: MessageEvent) => void) | null = null
  private readonly sent: unknown[] = []
  private answered = false
  private port: Port

  constructor() {
    const shared = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'milena' })
    this.port = shared.port
    shared.port.onmessage = event => this.receive(event)
    shared.onerror = () => this.fallBack()
  }

  postMessage(message: unknown): void {
    if (!this.answered) this.sent.push(message)
    this.port.postMessage(message)
  }

  close(): void {
    this.port.close?.()
  }

  private receive(event: MessageEvent): void {
    this.answered = true
    this.sent.length = 0
    this.onmessage?.(event)
  }

  private fallBack(): void {
    // An error later on is one of the session's own code, which goes on.
    if (this.answered) return
    this.port.close?.()
    this.port = startWorker()
    this.port.onmessage = event => this.receive(event)
    for (const message of this.sent) this.port.postMessage(message)
  }
}
