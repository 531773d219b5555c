import { type StreamTarget, TransportError } from './stream.js'

/** How a person writes an address: `host:9092`, `[::1]:9092`. */
export function addressOf(target: StreamTarget): string {
  return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`
}

/** Reads `host:9092` or `[::1]:9092`; undefined for anything else. The host comes back in lower case and without brackets. */
export function parseAddress(text: string): { host: string; port: number } | undefined {
  const parts = /^(?:\[([0-9a-f:.%]{2,64})\]|([a-z0-9._-]{1,255})):([0-9]{1,5})$/i.exec(text)
  const port = Number(parts?.[3])
  if (!parts || port < 1 || port > 65535) return undefined
  return { host: (parts[1] ?? parts[2]).toLowerCase(), port }
}

/** What was going on when a stream failed: the same code means another thing in a TLS handshake than on an open connection. */
export type Phase = 'connect' | 'tls' | 'stream'

interface Reason {
  retriable: boolean
  /** What happened and what to do next. `at` is the address, `detail` what the platform said. */
  says(at: string, detail: string): string
}

const CHECK_CA = 'pass the certificate authority that issued it as `ca`'

const reasons = new Map<string, Reason>([
  ['ECONNREFUSED', { retriable: true, says: at => `nothing listens on ${at}; check the address and that the broker is running` }],
  [
    'ECONNRESET',
    { retriable: true, says: at => `${at} broke the connection; the broker may have restarted, or did not accept what it was sent` },
  ],
  ['EPIPE', { retriable: true, says: at => `${at} has closed the connection, so nothing more can be sent to it; open a new one` }],
  [
    'EHOSTUNREACH',
    { retriable: true, says: at => `the host of ${at} cannot be reached; check that it is up, and the network and firewalls on the way` },
  ],
  ['ENETUNREACH', { retriable: true, says: at => `there is no network route to ${at}; check this machine's network or VPN` }],
  [
    'ETIMEDOUT',
    {
      retriable: true,
      says: at => `${at} did not answer in time; a firewall may drop what is sent to it, or the host is down or overloaded`,
    },
  ],
  [
    'ENOTFOUND',
    {
      retriable: false,
      says: at => `the host name in ${at} does not exist; check its spelling, and that this machine can resolve what the brokers advertise`,
    },
  ],
  ['EAI_AGAIN', { retriable: true, says: at => `the host name in ${at} could not be looked up now; check this machine's DNS server` }],
  ['CERT_HAS_EXPIRED', { retriable: false, says: at => `the TLS certificate of ${at} has expired; renew it on the broker` }],
  [
    'CERT_NOT_YET_VALID',
    { retriable: false, says: at => `the TLS certificate of ${at} is not valid yet; check the clocks of both machines` },
  ],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    { retriable: false, says: at => `the TLS certificate of ${at} is self-signed and not trusted here; pass it as \`ca\`` },
  ],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    { retriable: false, says: at => `the TLS certificate of ${at} comes from an authority that is not trusted here; ${CHECK_CA}` },
  ],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', { retriable: false, says: at => `the TLS certificate of ${at} cannot be verified; ${CHECK_CA}` }],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    { retriable: false, says: at => `the issuer of the TLS certificate of ${at} is unknown here; ${CHECK_CA}` },
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    {
      retriable: false,
      says: (at, detail) =>
        `the TLS certificate of ${at} is for another name; connect by a name it lists or set \`servername\`${why(detail)}`,
    },
  ],
  [
    'EPROTO',
    { retriable: false, says: (at, detail) => `${at} does not speak TLS the way we do; it may be a plaintext listener${why(detail)}` },
  ],
  ['ABORTED', { retriable: false, says: at => `opening a connection to ${at} was aborted` }],
  ['CLOSED', { retriable: false, says: at => `the connection to ${at} was closed on this side` }],
])

const TLS_RESET: Reason = {
  retriable: false,
  says: at => `${at} closed the connection during the TLS handshake; it may be a plaintext listener, or want a client certificate`,
}
/** An alert about a certificate speaks of ours; with TLS 1.3 it comes when the handshake seems over. */
const TLS_CLIENT_CERTIFICATE: Reason = {
  retriable: false,
  says: (at, detail) =>
    `${at} wants a client certificate that it trusts; pass one as \`cert\` and \`key\`, issued by an authority it knows${why(detail)}`,
}
const TLS_TIMEOUT: Reason = {
  retriable: true,
  says: at => `${at} took the connection but did not finish the TLS handshake in time; it may be a plaintext listener`,
}

function why(detail: string): string {
  return detail === '' ? '' : ` (${detail})`
}

/** Whether a code of Node's speaks of certificates or the TLS protocol. */
export function isTlsCode(code: string): boolean {
  return /^(ERR_(TLS|SSL|OSSL)_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_CA$|INVALID_PURPOSE$)/.test(
    code,
  )
}

function reasonOf(code: string, phase: Phase): Reason {
  if (phase === 'tls' && (code === 'ECONNRESET' || code === 'EPIPE')) return TLS_RESET
  if (phase === 'tls' && code === 'ETIMEDOUT') return TLS_TIMEOUT
  if (/^ERR_SSL_.*_ALERT_.*(CERTIFICATE|UNKNOWN_CA)/.test(code)) return TLS_CLIENT_CERTIFICATE
  if (/^ERR_(SSL|OSSL)_/.test(code)) return reasons.get('EPROTO')!
  const tls = isTlsCode(code)
  const fallback = {
    retriable: !tls,
    says: (at: string, detail: string) => `${tls ? 'TLS with' : 'the connection to'} ${at} failed: ${code}${why(detail)}`,
  }
  return reasons.get(code) ?? fallback
}

/** The error for a code, with a sentence that names the address, the cause and the next step; the same words over every transport. */
export function explain(
  code: string,
  target: StreamTarget,
  { phase = 'stream', detail = '', cause }: { phase?: Phase; detail?: string; cause?: unknown } = {},
): TransportError {
  const reason = reasonOf(code, phase)
  return new TransportError(code, reason.says(addressOf(target), detail), reason.retriable, cause === undefined ? undefined : { cause })
}
