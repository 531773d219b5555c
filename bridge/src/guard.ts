import { apis } from '@milena/client-core/protocol'

/** Why bytes are refused, as the reason of the close. */
export type Violation = 'NOT_KAFKA' | 'TLS_INSIDE' | 'FRAME_TOO_LARGE' | 'API_NOT_ALLOWED' | 'SASL_HANDSHAKE_V0'

/** Size, API key and version: all that is looked at. */
const HEADER = 8
/** The smallest request: key, version and correlation id. */
const LEAST = 8
/** A client newer than our table may know a few versions more. */
const NEWER_VERSIONS = 8

const SASL_HANDSHAKE = 17
/** What a client can begin with: Metadata, SaslHandshake, ApiVersions. */
const openings = new Set([3, SASL_HANDSHAKE, 18])
/** What only brokers and controllers say to each other. */
const internal = new Set([4, 5, 6, 7, 52, 53, 54, 56, 58, 59, 62, 63, 67, 70, 73, 82, 83, 84, 85, 86, 87])

/**
 * Follows the requests inside a stream of bytes, wherever the stream is cut: eight bytes of each are read, the rest is counted. What is not Kafka is
 * stopped here, so that a bridge is no way to other services on the brokers' hosts. It is no authorisation: that is the brokers' ACLs.
 */
export class Guard {
  readonly #header = new Uint8Array(HEADER)
  readonly #view = new DataView(this.#header.buffer)
  #have = 0
  /** Bytes of the current request that are still to come. */
  #left = 0
  #opened = false

  constructor(private readonly maxRequestBytes: number) {}

  /** Undefined: these bytes may pass. A violation is final. */
  check(chunk: Uint8Array): Violation | undefined {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const part = Math.min(this.#left, chunk.length - at)
        this.#left -= part
        at += part
        continue
      }
      this.#header[this.#have++] = chunk[at++]
      const violation = this.#judge()
      if (violation) return violation
    }
    return undefined
  }

  #judge(): Violation | undefined {
    // A TLS record begins with 22 and version 3.x; no size that is allowed does.
    if (this.#have === 2 && !this.#opened && this.#header[0] === 0x16 && this.#header[1] === 3) return 'TLS_INSIDE'
    if (this.#have < HEADER) return undefined
    const size = this.#view.getInt32(0)
    const key = this.#view.getInt16(4)
    const version = this.#view.getInt16(6)
    const api = apis.get(key)
    if (size < LEAST || !api || version < 0 || version > api.request.versions[1] + NEWER_VERSIONS) return 'NOT_KAFKA'
    if (!this.#opened && !openings.has(key)) return 'NOT_KAFKA'
    if (size > this.maxRequestBytes) return 'FRAME_TOO_LARGE'
    if (internal.has(key)) return 'API_NOT_ALLOWED'
    // After it come tokens without any header, which nobody could follow.
    if (key === SASL_HANDSHAKE && version === 0) return 'SASL_HANDSHAKE_V0'
    this.#opened = true
    this.#have = 0
    this.#left = size - (HEADER - 4)
    return undefined
  }
}
