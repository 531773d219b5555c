import { createServer, type Server, type Socket } from 'node:net'
import { listen } from '../node/listen.js'
import type { StreamTarget } from '../stream.js'
import { Arrivals } from './streams.js'

/** The other end of TCP and TLS tests: a server on loopback whose connections come as streams, and can be broken off. */
export async function acceptor(server: Server = createServer(), event = 'connection') {
  const arrivals = new Arrivals()
  const sockets = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => sockets.set(`${socket.remoteAddress}:${socket.remotePort}`, socket))
  const listener = await listen(server, event, '127.0.0.1', 0, arrivals.add)
  return {
    target: { host: '127.0.0.1', port: listener.port },
    accept: arrivals.next,
    reset: (peer: { peer?: string }) => void sockets.get(peer.peer ?? '')?.resetAndDestroy(),
    close: listener.close,
  }
}

/** An address where nothing listens: a port that was free a moment ago. */
export async function unused(): Promise<StreamTarget> {
  const { target, close } = await acceptor()
  await close()
  return target
}

/** Sockets and servers that keep the process alive. */
export function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter(name => /TCP|TLS/.test(name))
}
