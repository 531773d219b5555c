import type { OnReadOpts, Socket } from 'node:net'
import { explain, type Phase } from '../reasons.js'
import type { ByteStream, StreamTarget, TransportError } from '../stream.js'
import { fromNode } from './errors.js'
import { keepFreedMemory } from './freed-memory.js'
import { Slab } from './slab.js'
import { SocketStream } from './socket-stream.js'

/** Node gives up an address after 250 ms by default and then fails connects that are slow but fine. */
export const FAMILY_ATTEMPT_MS = 2000
const KEEP_ALIVE_MS = 60_000

/** What every Kafka connection wants: small requests at once, and dead peers noticed. */
export function tune(socket: Socket): void {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
}

/**
 * Waits until a socket that is connecting is ready for bytes: on `connect`, or for TLS on `secureConnect`. `made` takes it over in that very moment,
 * before anything can be read from it. Aborting destroys it.
 */
export function openSocket<T>(
  socket: Socket,
  ready: 'connect' | 'secureConnect',
  target: StreamTarget,
  signal: AbortSignal,
  made: (socket: Socket) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let phase: Phase = 'connect'
    const settle = () => {
      signal.removeEventListener('abort', aborted)
      socket.off(ready, connected).off('error', failed).off('close', closed)
    }
    const fail = (error: Error) => {
      settle()
      socket.destroy()
      reject(error)
    }
    const aborted = () => fail(abortion(target, signal))
    const failed = (error: Error) => fail(fromNode(error, target, phase))
    const closed = () => fail(explain('ECONNRESET', target, { phase }))
    const connected = () => {
      settle()
      resolve(made(socket))
    }
    tune(socket)
    // An error that nobody waits for, before `made`'s owner listens or after we gave up, must not end the process.
    socket.on('error', () => {})
    if (ready === 'secureConnect') {
      socket.once('connect', () => {
        phase = 'tls'
      })
    }
    socket.once(ready, connected).once('error', failed).once('close', closed)
    signal.addEventListener('abort', aborted, { once: true })
  })
}

/** As `openSocket`, for a stream: the socket reads into the slab that `start` is given. */
export async function openStream(
  start: (onread: OnReadOpts) => Socket,
  ready: 'connect' | 'secureConnect',
  target: StreamTarget,
  signal: AbortSignal,
): Promise<ByteStream> {
  if (signal.aborted) throw abortion(target, signal)
  keepFreedMemory()
  let stream: SocketStream | undefined
  const slab = new Slab()
  const socket = start({
    buffer: () => stream?.reader?.room() ?? slab.room(),
    // What a reader takes at once leaves the slab free for the next read.
    callback: (bytes, buffer) => stream?.take(stream.reader ? pieceOf(buffer, bytes) : slab.take(bytes)) ?? true,
  })
  return openSocket(socket, ready, target, signal, opened => (stream = new SocketStream(opened, target)))
}

const pieceOf = ({ buffer, byteOffset }: Uint8Array, bytes: number) => new Uint8Array(buffer, byteOffset, bytes)

function abortion(target: StreamTarget, signal: AbortSignal): TransportError {
  return explain('ABORTED', target, { cause: signal.reason })
}
