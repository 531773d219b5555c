import { explain, isTlsCode, type Phase } from './reasons.js'
import { type StreamTarget, TransportError } from './stream.js'

const classes = ['ended', 'closing', 'protocol', 'auth', 'denied', 'timeout', 'busy', 'connect', 'tls', 'dns'] as const
export type CloseClass = (typeof classes)[number]

export function isCloseClass(value: unknown): value is CloseClass {
  return classes.some(known => known === value)
}

interface CloseCode {
  class: CloseClass
  /** The stream's code where the close gives no better word. */
  code: string
  /** Whether trying again, unchanged, may work. */
  retry: boolean
  /** Whether the reason of the close is the code itself. */
  words?: boolean
}

/** Numbers in a close frame. Those from 4000 on are ours. */
export const closeCodes: ReadonlyMap<number, CloseCode> = new Map<number, CloseCode>([
  [1000, { class: 'ended', code: 'CLOSED', retry: true }],
  [1001, { class: 'closing', code: 'BRIDGE_CLOSING', retry: true }],
  [1012, { class: 'closing', code: 'BRIDGE_CLOSING', retry: true }],
  [1009, { class: 'protocol', code: 'BRIDGE_PROTOCOL', retry: false }],
  [1013, { class: 'busy', code: 'BRIDGE_BUSY', retry: true }],
  [4400, { class: 'protocol', code: 'BRIDGE_PROTOCOL', retry: false }],
  [4401, { class: 'auth', code: 'BRIDGE_UNAUTHENTICATED', retry: false }],
  [4403, { class: 'denied', code: 'BRIDGE_DENIED', retry: false }],
  [4408, { class: 'timeout', code: 'ETIMEDOUT', retry: true }],
  [4429, { class: 'busy', code: 'BRIDGE_BUSY', retry: true }],
  [4502, { class: 'connect', code: 'ECONNRESET', retry: true, words: true }],
  [4504, { class: 'timeout', code: 'ETIMEDOUT', retry: true }],
  [4525, { class: 'tls', code: 'EPROTO', retry: false, words: true }],
  [4526, { class: 'auth', code: 'AUTHENTICATION_FAILED', retry: false }],
  [4530, { class: 'dns', code: 'ENOTFOUND', retry: false, words: true }],
])

const bridgeCodes = new Map([
  ['BRIDGE_PROTOCOL', 4400],
  ['NOT_KAFKA', 4400],
  ['BRIDGE_UNAUTHENTICATED', 4401],
  ['BRIDGE_DENIED', 4403],
  ['BRIDGE_BUSY', 4429],
  ['BRIDGE_CLOSING', 1001],
  ['AUTHENTICATION_FAILED', 4526],
  ['ETIMEDOUT', 4504],
  ['ENOTFOUND', 4530],
  ['EAI_AGAIN', 4530],
])

/** The number and class that tell of a failure. */
export function closeFor(code: string, phase: Phase = 'connect'): { number: number; class: CloseClass } {
  const number = bridgeCodes.get(code) ?? (phase === 'tls' || isTlsCode(code) ? 4525 : 4502)
  return { number, class: closeCodes.get(number)!.class }
}

/** A machine word as it stands in `code` and in the reason of a close. */
export function isWord(value: string): boolean {
  return /^[A-Z][A-Z0-9_]{1,63}$/.test(value)
}

/** Whose `ca`, `cert`, `key` and `servername` the sentences about TLS speak of, where the bridge speaks it. */
export const BRIDGE_TLS = 'these are settings of the bridge: --ca, --cert, --key, --server-name'

/** What the bridge's own words mean, for a person. */
const words = new Map([
  ['NOT_KAFKA', 'what was sent is not a Kafka request'],
  ['TLS_INSIDE', 'TLS was sent through the bridge; the bridge itself speaks TLS to the broker: ask it to with `tls: true`'],
  ['FRAME_TOO_LARGE', 'a request is larger than the bridge lets through (`maxRequestBytes`)'],
  ['API_NOT_ALLOWED', 'an API that only brokers use among themselves was called'],
  ['SASL_HANDSHAKE_V0', 'SaslHandshake v0 was sent; use v1'],
  ['WRITE_STALL', 'nothing could be sent on for a minute, because the receiving side stopped reading'],
  ['HELLO_TIMEOUT', 'no token came in time'],
])

/** The error that a close of an open tunnel means; undefined when the broker ended the connection in order. */
export function closeError(number: number, reason: string, target: StreamTarget): TransportError | undefined {
  if (number === 1000) return undefined
  const known = closeCodes.get(number) ?? { class: 'protocol' as const, code: 'BRIDGE_PROTOCOL', retry: false }
  const word = isWord(reason) ? reason : ''
  if (known.class === 'tls') return explain(word || known.code, target, { phase: 'tls', detail: BRIDGE_TLS })
  if (known.words) return explain(word || known.code, target)
  if (known.code === 'ETIMEDOUT' && !words.has(word)) return explain('ETIMEDOUT', target)
  const said = words.get(word) ?? (word || `close code ${number}`)
  return new TransportError(known.code, sentences[known.class](said), known.retry)
}

const sentences: Record<CloseClass, (said: string) => string> = {
  ended: () => 'the broker closed the connection',
  closing: () => 'the bridge is going away or restarting; connecting again will work once it is back',
  protocol: said => `the bridge broke the connection off: ${said}`,
  auth: () => 'the bridge did not accept the start token; open the page by the URL that the bridge printed when it started',
  denied: said => `the bridge does not allow this: ${said}`,
  timeout: said => `the bridge gave up: ${said}`,
  busy: () => 'the bridge has as many connections, or dials, as it allows; try again in a moment',
  connect: said => `the connection behind the bridge failed: ${said}`,
  tls: said => `TLS between the bridge and the broker failed: ${said}`,
  dns: said => `the bridge could not find the broker's address: ${said}`,
}
