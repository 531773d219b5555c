/**
 * Notices that a page is gone although it could not say so: a crash, a killed tab. The page holds a Web Lock and names it in its first message;
 * whoever gets that lock next knows that the page let go. Where there are no locks (plain http on another host) the page beats instead.
 */
export type Watched = { is: 'here'; lock: string | null }

const BEAT_MS = 20_000
/** A hidden page's timers may come once a minute. */
const SILENCE_MS = 150_000

interface Listens {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

const isWatched = (data: unknown): data is Watched => typeof data === 'object' && data !== null && 'is' in data && data.is === 'here'

/** The worker's side: `gone` runs once. */
export function whenGone(port: object, gone: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLocked = false
  ;(port as Listens).addEventListener('message', ({ data }: MessageEvent) => {
    if (!isWatched(data) || isLocked) return
    clearTimeout(timer)
    if (data.lock === null) timer = setTimeout(gone, SILENCE_MS)
    else {
      isLocked = true
      navigator.locks.request(data.lock, gone).catch(() => {})
    }
  })
}

/** The page's side. */
export function saysHere(send: (message: Watched) => void): void {
  const locks = 'locks' in navigator ? navigator.locks : undefined
  if (!locks) {
    send({ is: 'here', lock: null })
    setInterval(() => send({ is: 'here', lock: null }), BEAT_MS)
    return
  }
  const lock = `milena-page-${Math.random().toString(36).slice(2)}-${Date.now()}`
  // Held until the page is gone. Only once it is held may the worker ask for it.
  void locks.request(lock, () => {
    send({ is: 'here', lock })
    return new Promise<never>(() => {})
  })
}
