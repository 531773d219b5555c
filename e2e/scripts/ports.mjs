import { connect, createServer } from 'node:net'

/** What this process was given; two brokers of one cluster must not get the same. */
const given = new Set()

/**
 * A port on loopback that nothing listens on. It lies below the range from which systems take the ports of outgoing connections, so that it stays
 * free while a broker that had it is restarted.
 */
export async function freePort() {
  for (;;) {
    const port = 16_000 + Math.floor(Math.random() * 16_000)
    if (given.has(port) || !(await canListen(port))) continue
    given.add(port)
    return port
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export function canListen(port) {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/**
 * Whether something takes connections on this port of loopback.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export function listening(port) {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 })
    /** @param {boolean} answer */
    const done = answer => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.once('timeout', () => done(false))
  })
}

/**
 * The first port from here on that nothing listens on.
 * @param {number} port
 */
export async function freeFrom(port) {
  while (!(await canListen(port))) port++
  return port
}
