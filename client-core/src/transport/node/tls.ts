import { isIP, type LookupFunction, type OnReadOpts } from 'node:net'
import { type ConnectionOptions, connect, type SecureVersion } from 'node:tls'
import { explain } from '../reasons.js'
import { type ByteStream, type Transport, TransportError } from '../stream.js'
import { FAMILY_ATTEMPT_MS, openStream } from './dial.js'

type Pem = string | Buffer | Array<string | Buffer>

export interface TlsOptions {
  /** Authorities to trust, PEM. Default: those that Node trusts. */
  ca?: Pem
  /** Our certificate (chain) and its key, PEM, for brokers that ask for one (`ssl.client.auth`). */
  cert?: Pem
  key?: Pem
  /** Of an encrypted `key`. */
  passphrase?: string
  /** The name to ask for and to verify, instead of the host that is dialled. An IP address is verified but not asked for (RFC 6066). */
  servername?: string
  /** Whether a certificate that cannot be verified fails the connect. Default true; false gives away what TLS is for. */
  rejectUnauthorized?: boolean
  /** Default `TLSv1.2`. */
  minVersion?: SecureVersion
  lookup?: LookupFunction
}

/** `tls.connect` hands its options on to `net.connect`; its type does not list them all. */
type TcpOfTls = ConnectionOptions & { autoSelectFamilyAttemptTimeout: number; onread?: OnReadOpts }

/**
 * TLS over TCP. No ALPN: Kafka has none, and an offer of any confuses some load balancers. A handshake that breaks off says that TLS is not spoken
 * there, until one has worked: from then on it is a broker that restarts, and worth another try.
 */
export function tls({ servername, rejectUnauthorized = true, minVersion = 'TLSv1.2', ...options }: TlsOptions = {}): Transport {
  let worked = false
  return {
    name: 'tls',
    connect: (target, signal) => {
      const { host, port } = target
      const name = servername ?? (isIP(host) ? undefined : host)
      const start = (onread: OnReadOpts) => {
        const all: TcpOfTls = {
          ...options,
          host,
          port,
          servername: name,
          rejectUnauthorized,
          minVersion,
          onread,
          autoSelectFamilyAttemptTimeout: FAMILY_ATTEMPT_MS,
        }
        return connect(all)
      }
      const opened = (stream: ByteStream) => {
        worked = true
        return stream
      }
      return openStream(start, 'secureConnect', target, signal).then(opened, error => {
        const broke = error instanceof TransportError && error.code === 'ECONNRESET'
        throw worked && broke ? explain('ECONNRESET', target, { cause: error }) : error
      })
    },
  }
}
