import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { SaslMechanism } from '@milena/client-core/sasl'
import { FAMILY_ATTEMPT_MS, openSocket } from '@milena/client-core/transport/node'
import { explain, type StreamTarget, TransportError } from '@milena/client-core/transport/tunnel'
import { logIn } from './login.js'
import { reading } from './reading.js'

/** What a dialler is asked for. */
export interface DialTarget extends StreamTarget {
  /** Must be used for names: it refuses addresses that may not be dialled. */
  lookup: LookupFunction
  /** TLS with these options; plain without. */
  tls?: ConnectionOptions
  /** What the cluster's brokers have shown to earlier dials. */
  shown?: Shown
  /** The bridge's own login, after which the socket is handed on. */
  sasl?: SaslMechanism
}

export interface Shown {
  /** TLS has worked: a handshake that breaks off is a broker that restarts. */
  tls: boolean
  /** The bridge's login was refused. */
  refused?: { error: TransportError; at: number }
}

/** For so long a refused login is not tried again, whoever asks: tries count against the account. */
const REFUSED_MS = 3000

/** Begins to connect. The socket tells the rest by `connect`, or `secureConnect` with TLS, or `error`. */
export type Dial = (to: DialTarget) => Socket

/** TCP, or TLS as in the core's own transport: verified, 1.2 or newer, no ALPN. */
export const dialBroker: Dial = ({ host, port, lookup, tls }) =>
  reading(onread => {
    const tcp = { host, port, lookup, onread, autoSelectFamilyAttemptTimeout: FAMILY_ATTEMPT_MS }
    if (!tls) return connectTcp(tcp)
    return connectTls({ servername: isIP(host) ? undefined : host, minVersion: 'TLSv1.2', rejectUnauthorized: true, ...tls, ...tcp })
  })

/** A socket to a broker that is ready for a page's bytes, within `ms`; rejects with a `TransportError`. `handshaking` is called when TLS is left to do. */
export async function openBroker(dial: Dial, to: DialTarget, ms: number, signal: AbortSignal, handshaking = () => {}): Promise<Socket> {
  if (signal.aborted) throw explain('ABORTED', to)
  const { refused } = to.shown ?? {}
  if (refused && performance.now() - refused.at < REFUSED_MS) throw refused.error
  const late = new AbortController()
  const socket = dial(to)
  if (to.tls) socket.once('connect', handshaking)
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error(`no connection within ${ms} ms`), { code: 'ETIMEDOUT' }))
    late.abort(new Error(`nothing came within ${ms} ms`))
  }, ms)
  try {
    const opened = await openSocket(socket, to.tls ? 'secureConnect' : 'connect', to, signal, opened => opened)
    if (to.tls && to.shown) to.shown.tls = true
    if (to.sasl) await logIn(opened, to, to.sasl, AbortSignal.any([signal, late.signal]))
    if (to.shown) to.shown.refused = undefined
    return opened
  } catch (error) {
    // Where the client left meanwhile, nobody has refused the login.
    if (to.shown && !signal.aborted && error instanceof TransportError && error.code === 'AUTHENTICATION_FAILED')
      to.shown.refused = { error, at: performance.now() }
    const broke = error instanceof TransportError && error.code === 'ECONNRESET'
    throw broke && to.shown?.tls ? explain('ECONNRESET', to, { cause: error }) : error
  } finally {
    clearTimeout(timer)
  }
}
