import { ClientError } from '../error.js'
import type { RecordBatch } from './batch.js'
import { KafkaRecord, type RecordAttrs, type RecordHeader } from './record.js'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const noHeaders: readonly RecordHeader[] = Object.freeze([])

/** What records are read from. Its buffer is asked for once, because each time is a call into the engine: a tenth of what a small record costs. */
export class Payload {
  readonly buffer: ArrayBufferLike
  constructor(readonly bytes: Uint8Array) {
    this.buffer = bytes.buffer
  }
}

/**
 * A record as a place in a batch: four fields, 56 bytes of heap, everything else read on access. The batch has checked every length, so nothing
 * is checked here.
 */
export class FetchedRecord extends KafkaRecord {
  private constructor(
    readonly batch: RecordBatch,
    private readonly payload: Payload,
    /** Where the record's fields begin in the payload, after its length. */
    private readonly at: number,
    /** Where the next record begins. */
    readonly end: number,
  ) {
    super()
  }

  /** The record whose length stands at `position`. */
  static read(batch: RecordBatch, payload: Payload, position: number): FetchedRecord {
    const b = payload.bytes
    let p = position
    let x = b[p++]
    let r = x & 127
    for (let s = 7; x >= 128; s += 7) {
      x = b[p++]
      r |= (x & 127) << s
    }
    return new FetchedRecord(batch, payload, p, p + ((r >>> 1) ^ -(r & 1)))
  }

  get topic(): string {
    return this.batch.topic
  }
  get partition(): number {
    return this.batch.partition
  }
  get attrs(): RecordAttrs {
    return this.batch.attrs
  }
  get producerId(): bigint {
    return this.batch.producerId
  }
  get producerEpoch(): number {
    return this.batch.producerEpoch
  }
  get leaderEpoch(): number {
    return this.batch.partitionLeaderEpoch
  }
  get context(): undefined {
    return undefined
  }

  get offset(): bigint {
    return this.batch.baseOffset + BigInt(this.offsetDelta)
  }
  get offsetDelta(): number {
    const b = this.#bytes
    return varintAt(b, skipVarint(b, this.at + 1))
  }

  get timestamp(): bigint {
    if (this.attrs.timestampType === 'LogAppendTime') return this.batch.maxTimestamp
    // The difference of two int64s may need a bit more than it has: it wraps, as in Java.
    return BigInt.asIntN(64, this.batch.baseTimestamp + varlongAt(this.#bytes, this.at + 1))
  }

  get key(): Uint8Array | null {
    const b = this.#bytes
    return bytesAt(this.payload, this.#keyAt(b))
  }

  get value(): Uint8Array | null {
    const b = this.#bytes
    return bytesAt(this.payload, skipBytes(b, this.#keyAt(b)))
  }

  get headers(): readonly RecordHeader[] {
    const b = this.#bytes
    const p = skipBytes(b, skipBytes(b, this.#keyAt(b)))
    return b[p] === 0 ? noHeaders : headersAt(this.payload, p)
  }

  get #bytes(): Uint8Array {
    return present(this.payload.bytes, this.batch)
  }
  #keyAt(b: Uint8Array): number {
    return skipVarint(b, skipVarint(b, this.at + 1))
  }
}

/** Memory that was recycled is empty. @throws ClientError `RECYCLED`. */
export function present(b: Uint8Array, { topic, partition, baseOffset }: RecordBatch): Uint8Array {
  if (b.length > 0) return b
  throw new ClientError('RECYCLED', `${topic} partition ${partition} at offset ${baseOffset} was recycled`)
}

function skipVarint(b: Uint8Array, position: number): number {
  let p = position
  while (b[p++] >= 128);
  return p
}

function varintAt(b: Uint8Array, position: number): number {
  let p = position
  let x = b[p++]
  let r = x & 127
  for (let s = 7; x >= 128; s += 7) {
    x = b[p++]
    r |= (x & 127) << s
  }
  return (r >>> 1) ^ -(r & 1)
}

/** Exact over the whole int64 range: small deltas through int32, the rest through bigint. */
function varlongAt(b: Uint8Array, position: number): bigint {
  let p = position
  let x = b[p++]
  let r = x & 127
  let s = 7
  for (; x >= 128 && s < 28; s += 7) {
    x = b[p++]
    r |= (x & 127) << s
  }
  if (x < 128) return BigInt((r >>> 1) ^ -(r & 1))
  let long = BigInt(r)
  for (let shift = 28n; x >= 128; shift += 7n) {
    x = b[p++]
    long |= BigInt(x & 127) << shift
  }
  return BigInt.asIntN(64, (BigInt.asUintN(64, long) >> 1n) ^ -(long & 1n))
}

function skipBytes(b: Uint8Array, position: number): number {
  const length = varintAt(b, position)
  const p = skipVarint(b, position)
  return length > 0 ? p + length : p
}

/** A view of the batch's memory. `new Uint8Array` costs half of `subarray`. */
function bytesAt({ bytes: b, buffer }: Payload, position: number): Uint8Array | null {
  const length = varintAt(b, position)
  return length < 0 ? null : new Uint8Array(buffer, b.byteOffset + skipVarint(b, position), length)
}

function headersAt(payload: Payload, position: number): RecordHeader[] {
  const b = payload.bytes
  const count = varintAt(b, position)
  let p = skipVarint(b, position)
  const headers: RecordHeader[] = []
  for (let i = 0; i < count; i++) {
    const key = utf8.decode(bytesAt(payload, p)!)
    p = skipBytes(b, p)
    headers.push({ key, value: bytesAt(payload, p) })
    p = skipBytes(b, p)
  }
  return headers
}
