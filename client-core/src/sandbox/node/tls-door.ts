import { createServer, type PeerCertificate, type TLSSocket } from 'node:tls'
import { type Listener as Door, listen } from '../../transport/node/listen.js'
import type { ByteStream } from '../../transport/stream.js'

export interface ListenerTlsOptions {
  /** The brokers' certificate (chain) and its key, PEM; one for all brokers. */
  cert: string | Buffer
  key: string | Buffer
  /** Authorities that client certificates must come from, PEM. */
  ca?: string | Buffer | Array<string | Buffer>
  /** Whether clients must show a certificate (`ssl.client.auth=required`); its subject is their principal, `User:CN=…`. Default false. */
  requestClientCert?: boolean
  /** Default: Node's own, TLS 1.2. */
  minVersion?: 'TLSv1.2' | 'TLSv1.3'
  maxVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/** A port that speaks TLS. Each stream comes with the principal that the client's certificate names. */
export function listenTls(
  host: string,
  port: number,
  { requestClientCert = false, ...options }: ListenerTlsOptions,
  onStream: (stream: ByteStream, principal?: string) => void,
): Promise<Door> {
  const server = createServer({ ...options, requestCert: requestClientCert, rejectUnauthorized: requestClientCert })
  // This listener is called right before the one that makes the stream, in the same turn.
  let principal: string | undefined
  server.on('secureConnection', socket => {
    principal = principalOf(socket)
  })
  return listen(server, 'secureConnection', host, port, stream => onStream(stream, principal))
}

/** The subject as Java writes it, the most special part first (RFC 2253). */
function principalOf(socket: TLSSocket): string | undefined {
  const { subject }: Partial<PeerCertificate> = socket.getPeerCertificate()
  if (!subject) return undefined
  const parts = Object.entries(subject).flatMap(([name, value]) => [value].flat().map(each => `${name}=${escaped(String(each))}`))
  return `User:${parts.reverse().join(',')}`
}

const escaped = (value: string) => value.replace(/[,+"\\<>;]/g, '\\$&')
