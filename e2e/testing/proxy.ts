import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'

/** What a proxy does to the connections that pass it. All chances come from the seed. */
export interface Mischief {
  /** Bytes go on in pieces of 1 to so many, one per turn of the loop. Default: as they come. */
  pieces?: number
  /** Some pieces wait for up to so long. Default 0. */
  delayMs?: number
  /** A connection ends after 1 to so many bytes of both directions. Default: never. */
  endAfter?: number
  /** How: both sides are reset, or that direction is closed in order while the other goes on for a moment. Default: either. */
  ending?: 'reset' | 'half-close'
}

export interface TcpProxy {
  readonly host: string
  readonly port: number
  /** Connections so far, and how many of them the proxy ended. */
  readonly passed: number
  readonly ended: number
  /** Until now it let everything through as it came. Breaks off what there is, and begins. */
  begin(): void
  close(): Promise<void>
}

/** How long the other direction lives on after a half-close. */
const HALF_OPEN_MS = 50

/** A TCP proxy on loopback that treats bytes badly, but loses, changes and reorders none. */
export function startProxy(to: { host: string; port: number }, seed: number, mischief: Mischief): Promise<TcpProxy> {
  const random = generator(seed)
  const upTo = (most: number) => 1 + Math.floor(random() * most)
  const sockets = new Set<Socket>()
  let now: Mischief = {}
  let passed = 0
  let ended = 0

  const end = (from: Socket, into: Socket) => {
    ended++
    if ((mischief.ending ?? (random() < 0.5 ? 'reset' : 'half-close')) === 'reset') {
      from.resetAndDestroy()
      into.resetAndDestroy()
      return
    }
    into.end()
    from.resume()
    setTimeout(() => {
      from.destroy()
      into.destroy()
    }, HALF_OPEN_MS)
  }

  async function pump(from: Socket, into: Socket, life: { left: number }): Promise<void> {
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      for (let at = 0; at < chunk.length; ) {
        if (now.delayMs && random() < 0.1) await sleep(random() * now.delayMs)
        else if (now.pieces) await turn()
        if (into.destroyed || into.writableEnded || life.left === 0) return
        const size = Math.min(now.pieces ? upTo(now.pieces) : chunk.length, chunk.length - at, life.left)
        life.left -= size
        const room = into.write(chunk.subarray(at, at + size))
        if (life.left === 0) return end(from, into)
        if (!room) await new Promise(resolve => into.once('drain', resolve).once('close', resolve))
        at += size
      }
    }
    into.end()
  }

  const server = createServer(client => {
    passed++
    const broker = connect(to)
    const life = { left: now.endAfter ? upTo(now.endAfter) : Number.POSITIVE_INFINITY }
    for (const socket of [client, broker]) {
      socket.setNoDelay(true)
      sockets.add(socket)
      socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    }
    const both = [pump(client, broker, life), pump(broker, client, life)]
    // A side that breaks takes the other with it.
    for (const each of both) each.catch(() => void [client, broker].map(socket => socket.destroy()))
  })
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({
        host: '127.0.0.1',
        port: typeof address === 'object' && address ? address.port : 0,
        get passed() {
          return passed
        },
        get ended() {
          return ended
        },
        begin: () => {
          now = mischief
          for (const socket of sockets) socket.destroy()
        },
        close: () =>
          new Promise(closed => {
            server.close(() => closed())
            for (const socket of sockets) socket.destroy()
          }),
      })
    })
  })
}

/** xorshift32: numbers from 0 to 1, the same ones for the same seed. */
function generator(seed: number): () => number {
  let state = Math.imul(seed, 2654435761) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
