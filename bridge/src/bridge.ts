import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { addressOf, MAX_MESSAGE, SUBPROTOCOL } from '@milena/client-core/transport/tunnel'
import { WebSocketServer } from 'ws'
import { admit, type Refusal } from './admission.js'
import { askBrokers } from './ask-brokers.js'
import { Directory } from './directory.js'
import { securityHeaders } from './headers.js'
import { httpHandler } from './http.js'
import { type BridgeOptions, reachableAs, resolveOptions, type Settings } from './options.js'
import { RateLimit } from './rate.js'
import { Session, type SessionContext } from './session.js'

export interface Bridge {
  /** `http://127.0.0.1:8474/` */
  readonly url: string
  readonly token: string
  /** The URL for a person to open: it carries the token in its fragment, which no log and no server sees. */
  readonly link: string
  /** Open WebSockets. */
  readonly connections: number
  /** Takes no more connections, lets those that are open go on for up to `drainMs` (default 0) after telling them, then closes all. Idempotent. */
  close(options?: { drainMs?: number }): Promise<void>
}

/** For clients to answer the bridge's close. */
const CLOSE_MS = 500

/** What `ws` may take from a client. The limits guard memory before anybody has shown a token. */
const socketOptions = {
  noServer: true,
  perMessageDeflate: false,
  clientTracking: true,
  maxPayload: MAX_MESSAGE,
  maxFragments: 64,
  maxBufferedChunks: 4096,
  maxPendingAutoPongs: 8,
  closeTimeout: 5000,
  skipUTF8Validation: false,
  // Only the contract's own name is answered, never the one that carries the token.
  handleProtocols: (protocols: Set<string>) => protocols.has(SUBPROTOCOL) && SUBPROTOCOL,
}
/** A client that sends its request slowly is not waited for. */
const httpOptions = {
  maxHeaderSize: 16_384,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  noDelay: true,
}

/** Starts a bridge; rejects when it cannot listen, or an option is wrong. */
export async function createBridge(options: BridgeOptions): Promise<Bridge> {
  const settings = resolveOptions(options)
  const sessions = new Set<Session>()
  const directories = new Map(
    settings.clusters.map(cluster => [cluster.id, new Directory(cluster, settings, askBrokers(settings.dial, settings.times.dial))]),
  )
  const { perSecond, burst } = settings.dialRate
  const context: SessionContext = { settings, directories, dials: new RateLimit(perSecond, burst) }
  const sockets = new WebSocketServer(socketOptions)
  const server = createServer(
    httpOptions,
    httpHandler(settings, () => sessions.size),
  )
  let closing: Promise<void> | undefined

  const hasRoom = () => !closing && sessions.size < settings.maxConnections && sum(sessions) < settings.maxBufferedBytes
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const asked = admit(request, settings, hasRoom)
    if ('status' in asked) return refuse(socket, asked)
    sockets.handleUpgrade(request, socket, head, ws => {
      const session = new Session(ws, asked, context)
      sessions.add(session)
      ws.once('close', () => sessions.delete(session))
    })
  })
  const url = `http://${await listen(server, settings)}/`
  const heart = setInterval(() => {
    for (const session of sessions) session.beat()
  }, settings.times.heartbeat).unref()

  const close = async (drainMs: number) => {
    for (const session of sessions) session.goaway(drainMs)
    await emptied(sessions, drainMs)
    for (const session of sessions) session.dismiss()
    await emptied(sessions, CLOSE_MS)
    for (const ws of sockets.clients) ws.terminate()
    clearInterval(heart)
    for (const directory of directories.values()) directory.close()
    await new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }

  return {
    url,
    token: settings.token,
    link: `${url}#t=${settings.token}`,
    get connections() {
      return sessions.size
    },
    close: ({ drainMs = 0 } = {}) => (closing ??= close(drainMs)),
  }
}

function listen(server: Server, { host, port }: Settings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      resolve(addressOf({ host: reachableAs(host), port: typeof address === 'object' && address ? address.port : port }))
    })
  })
}

/** Instead of a WebSocket. The page sees only that it failed. */
function refuse(socket: Duplex, { status }: Refusal): void {
  const headers = {
    ...securityHeaders(undefined),
    connection: 'close',
    'content-length': '0',
    ...(status === 426 ? { upgrade: 'websocket' } : {}),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`, () => socket.destroy())
}

function sum(sessions: Iterable<Session>): number {
  let bytes = 0
  for (const session of sessions) bytes += session.buffered
  return bytes
}

/** Resolves when the last session has gone, or after `ms`. */
async function emptied(sessions: ReadonlySet<Session>, ms: number): Promise<void> {
  const end = performance.now() + ms
  while (sessions.size > 0 && performance.now() < end) await new Promise(resolve => setTimeout(resolve, 10))
}
