import { crc32c } from '../bytes/crc32c.js'
import { type Codec, type CodecName, codecIds } from '../compression/codec.js'
import { at, attributeBits, lengthOverhead, putInt16, putInt32, putInt64 } from './layout.js'
import { putBytes, putUtf8, putUvarint, putVarint, putVarlong, utf8Size, varintSize, varlongSize } from './sizes.js'

/** Bytes of a key or a value as a user gives them: text is UTF-8; null is Kafka's null. */
export type RecordBytes = Uint8Array | string | null
export interface HeaderInput {
  key: string
  value: RecordBytes
}

/** What the producer's state says about a batch at the moment it is sent. */
export interface BatchIdentity {
  producerId: bigint
  producerEpoch: number
  baseSequence: number
  transactional?: boolean
}
export const noIdentity: BatchIdentity = { producerId: -1n, producerEpoch: -1, baseSequence: -1 }

const noHeaders: readonly HeaderInput[] = []

/** Where memory comes from and goes to; its contents do not matter. */
export interface BatchMemory {
  /** At least so many bytes. */
  take(bytes: number): Uint8Array
  give(memory: Uint8Array): void
}
const fresh: BatchMemory = { take: bytes => new Uint8Array(bytes), give: () => {} }

/**
 * Builds one record batch (magic 2) in place: each record is sized, then written once where it will be sent from, so that a buffered record costs
 * its encoded bytes and nothing else. The header is written, and the CRC made, by `seal`.
 */
export class BatchBuilder {
  #bytes: Uint8Array
  #length: number = at.records
  #count = 0
  #payload = 0
  #first: bigint = 0n
  #firstMs = 0
  #max: bigint = 0n
  #maxMs = 0
  #exact = true

  /** `maxBytes` bounds the whole batch, uncompressed, header included. It begins with memory for `expectedBytes`. */
  constructor(
    readonly maxBytes: number,
    expectedBytes = 1024,
    private readonly memory = fresh,
  ) {
    this.#bytes = memory.take(Math.max(expectedBytes, at.records))
  }

  /** Gives back the memory that the batch was built in: nothing may read it afterwards. */
  release(): void {
    this.memory.give(this.#bytes)
    this.#bytes = new Uint8Array(0)
  }

  get count(): number {
    return this.#count
  }
  /** Bytes of the batch so far, header included, uncompressed. */
  get length(): number {
    return this.#length
  }
  /** Bytes of keys, values, header keys and header values so far, as `payloadBytes` counts them. */
  get payload(): number {
    return this.#payload
  }
  get firstTimestamp(): bigint {
    return this.#first
  }

  /**
   * Appends a record and returns true; or leaves the batch as it is and returns false when it would outgrow `maxBytes`. `timestampMs` is a whole
   * number of milliseconds; beyond 2^53 it must be a bigint.
   */
  append(timestampMs: number | bigint, key: RecordBytes, value: RecordBytes, headers: readonly HeaderInput[] = noHeaders): boolean {
    const delta = this.#count === 0 ? 0 : this.#deltaOf(timestampMs)
    const keySize = key === null ? -1 : typeof key === 'string' ? utf8Size(key) : key.length
    const valueSize = value === null ? -1 : typeof value === 'string' ? utf8Size(value) : value.length
    let body = 1 + varlongSize(delta) + varintSize(this.#count) + varintSize(keySize) + varintSize(valueSize) + varintSize(headers.length)
    let payload = 0
    if (keySize > 0) payload += keySize
    if (valueSize > 0) payload += valueSize
    body += payload
    if (headers.length > 0) {
      const sizes = headerSizes(headers)
      body += sizes.encoded
      payload += sizes.payload
    }
    const end = this.#length + varintSize(body) + body
    if (end > this.maxBytes) return false
    const b = end > this.#bytes.length ? this.#grow(end) : this.#bytes
    let p = putVarint(b, this.#length, body)
    b[p++] = 0
    p = putVarlong(b, p, delta)
    p = putVarint(b, p, this.#count)
    p = putVarint(b, p, keySize)
    if (keySize > 0) p = typeof key === 'string' ? putUtf8(b, p, key, keySize) : putBytes(b, p, key as Uint8Array)
    p = putVarint(b, p, valueSize)
    if (valueSize > 0) p = typeof value === 'string' ? putUtf8(b, p, value, valueSize) : putBytes(b, p, value as Uint8Array)
    p = putVarint(b, p, headers.length)
    for (const header of headers) p = putHeader(b, p, header)
    this.#note(timestampMs)
    this.#length = p
    this.#payload += payload
    this.#count++
    return true
  }

  /** Bytes that a record of these fields takes at worst: five for its length, ten for its timestamp, five for its offset. */
  static worstCaseBytes(key: RecordBytes, value: RecordBytes, headers: readonly HeaderInput[] = noHeaders): number {
    return at.records + 5 + 1 + 10 + 5 + 5 + sizeOf(key) + 5 + sizeOf(value) + 5 + headerSizes(headers).encoded
  }

  /**
   * The batch as it goes on the wire: header filled, CRC made. Called again it writes another identity into the same memory. The result is a view
   * of the builder's memory and must not be sealed again while it is being written.
   */
  seal(identity: BatchIdentity): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#length)
    this.#putHeader(bytes, codecIds.none)
    return stamp(bytes, identity)
  }

  /** The batch compressed, or undefined when that would not make it smaller. Give it its identity with `stamp`. */
  compress(codec: Codec, level?: number): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const records = this.#bytes.subarray(at.records, this.#length)
    const out = codec.compress(records, level === undefined ? undefined : { level })
    return out instanceof Uint8Array ? this.#compressed(codec.name, out) : out.then(bytes => this.#compressed(codec.name, bytes))
  }

  #compressed(name: CodecName, records: Uint8Array): Uint8Array | undefined {
    if (at.records + records.length >= this.#length) return undefined
    const bytes = new Uint8Array(at.records + records.length)
    bytes.set(records, at.records)
    this.#putHeader(bytes, codecIds[name])
    return bytes
  }

  #putHeader(bytes: Uint8Array, codecId: number): void {
    putInt64(bytes, at.baseOffset, 0n)
    putInt32(bytes, at.length, bytes.length - lengthOverhead)
    putInt32(bytes, at.partitionLeaderEpoch, -1)
    bytes[at.magic] = 2
    putInt16(bytes, at.attributes, codecId)
    putInt32(bytes, at.lastOffsetDelta, this.#count - 1)
    putInt64(bytes, at.baseTimestamp, this.#first)
    putInt64(bytes, at.maxTimestamp, this.#max)
    putInt32(bytes, at.recordCount, this.#count)
  }

  /** Plain numbers as long as they are exact: a bigint difference per record would cost more than the record. */
  #deltaOf(timestampMs: number | bigint): number | bigint {
    if (this.#exact && typeof timestampMs === 'number') {
      const delta = timestampMs - this.#firstMs
      if (Number.isSafeInteger(delta)) return delta
    }
    return BigInt.asIntN(64, BigInt(timestampMs) - this.#first)
  }

  #note(timestampMs: number | bigint): void {
    if (this.#count === 0) {
      this.#first = this.#max = BigInt(timestampMs)
      this.#firstMs = this.#maxMs = Number(timestampMs)
      this.#exact = Number.isSafeInteger(this.#firstMs)
    } else if (this.#exact && typeof timestampMs === 'number') {
      if (timestampMs <= this.#maxMs) return
      this.#maxMs = timestampMs
      this.#max = BigInt(timestampMs)
    } else if (BigInt(timestampMs) > this.#max) {
      this.#max = BigInt(timestampMs)
      this.#maxMs = Number(timestampMs)
    }
  }

  #grow(needed: number): Uint8Array {
    const bytes = this.memory.take(Math.min(this.maxBytes, Math.max(needed, this.#bytes.length * 2)))
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.memory.give(this.#bytes)
    this.#bytes = bytes
    return bytes
  }
}

/** Writes who sent the batch and in which order, then the CRC, into a finished batch. */
export function stamp(bytes: Uint8Array, identity: BatchIdentity): Uint8Array {
  if (identity.transactional) bytes[at.attributes + 1] |= attributeBits.transactional
  putInt64(bytes, at.producerId, identity.producerId)
  putInt16(bytes, at.producerEpoch, identity.producerEpoch)
  putInt32(bytes, at.baseSequence, identity.baseSequence)
  putInt32(bytes, at.crc, crc32c(bytes, at.attributes, bytes.length) | 0)
  return bytes
}

/** Bytes of a record's key, value, header keys and header values: what limits on buffered bytes count. */
export const payloadBytes = (key: RecordBytes, value: RecordBytes, headers: readonly HeaderInput[] = noHeaders): number =>
  sizeOf(key) + sizeOf(value) + headerSizes(headers).payload

const sizeOf = (v: RecordBytes): number => (v === null ? 0 : typeof v === 'string' ? utf8Size(v) : v.length)

function headerSizes(headers: readonly HeaderInput[]): { encoded: number; payload: number } {
  let encoded = 0
  let payload = 0
  for (const { key, value } of headers) {
    const keySize = utf8Size(key)
    const valueSize = sizeOf(value)
    encoded += varintSize(keySize) + (value === null ? 1 : varintSize(valueSize))
    payload += keySize + valueSize
  }
  return { encoded: encoded + payload, payload }
}

function putHeader(b: Uint8Array, position: number, { key, value }: HeaderInput): number {
  const keySize = utf8Size(key)
  let p = putVarint(b, position, keySize)
  p = putUtf8(b, p, key, keySize)
  if (value === null) return putUvarint(b, p, 1)
  const size = typeof value === 'string' ? utf8Size(value) : value.length
  p = putVarint(b, p, size)
  return typeof value === 'string' ? putUtf8(b, p, value, size) : putBytes(b, p, value)
}
