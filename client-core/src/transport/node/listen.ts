import { createServer, type Server, type Socket } from 'node:net'
import type { ByteStream } from '../stream.js'
import { tune } from './dial.js'
import { fromNode } from './errors.js'
import { SocketStream } from './socket-stream.js'

export interface ListenOptions {
  /** Default `127.0.0.1`. */
  host?: string
  /** Default 0: a free one. */
  port?: number
}

export interface Listener {
  readonly host: string
  readonly port: number
  /** Stops listening and breaks off every stream that is still open. Idempotent. */
  close(): Promise<void>
}

/** The server's side of TCP: each connection is handed over as a stream. */
export function listenTcp({ host = '127.0.0.1', port = 0 }: ListenOptions, onStream: (stream: ByteStream) => void): Promise<Listener> {
  return listen(createServer(), 'connection', host, port, onStream)
}

/** As `listenTcp`, for any of Node's servers: `event` tells of a socket that is ready for bytes. */
export function listen(
  server: Server,
  event: string,
  host: string,
  port: number,
  onStream: (stream: ByteStream) => void,
): Promise<Listener> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on(event, (socket: Socket) => {
    tune(socket)
    onStream(new SocketStream(socket, { host: socket.remoteAddress ?? host, port: socket.remotePort ?? 0 }))
  })
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= new Promise(resolve => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
    return closing
  }
  return new Promise((resolve, reject) => {
    server.once('error', error => reject(fromNode(error, { host, port }, 'connect')))
    server.listen({ host, port }, () => {
      const address = server.address()
      resolve({ host, port: typeof address === 'object' && address ? address.port : port, close })
    })
  })
}
