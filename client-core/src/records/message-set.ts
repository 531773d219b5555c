import type { Codec, CodecName } from '../compression/codec.js'
import { checkCodec, codecOf, notOpen, type RecordBatch } from './batch.js'
import type { FetchedRecord } from './fetched-record.js'
import { messageAt, readInt32, readInt64 } from './layout.js'
import type { Lease } from './lease.js'
import { checkMessage, corrupt, type MessageHead, messageEnd, valueAt } from './message-walk.js'
import { RecordAttrs } from './record.js'
import { RecordRun } from './run.js'
import { offsetDelta, sameAppendTime, type Transcoded, transcode } from './transcode.js'

/** Plain messages become batches of about so many bytes: a batch is a copy, and a kept record keeps its batch. */
const groupBytes = 1 << 20

/**
 * The message set that begins at `p` with a whole message: a compressed message with what it holds, or plain messages as far as they may share a
 * batch. A message behind the first that is damaged ends the set; it is met again, and refused, as the first of the next.
 * @throws ClientError `CORRUPT_BATCH`.
 */
export function readMessageSet(b: Uint8Array, p: number, end: number): MessageSet {
  const head = checkMessage(b, p, end)
  if (head.codec !== 0) {
    const { magic } = head
    if (readInt32(b, valueAt(b, p, magic)) < 0) throw corrupt(b, p, 'is compressed and has no value')
    return new MessageSet(b.subarray(p, end), head)
  }
  const limit = groupEnd(b, p, head)
  return new MessageSet(b.subarray(p, limit), head, transcode(b, p, limit, head.magic))
}

function groupEnd(b: Uint8Array, start: number, first: MessageHead): number {
  let last = start
  let p = first.end
  while (p - start < groupBytes) {
    const end = messageEnd(b, p, b.length)
    if (end < 0 || b[p + messageAt.magic] !== first.magic) break
    const delta = offsetDelta(b, p, start)
    if (delta <= offsetDelta(b, last, start) || delta > 0x7fffffff) break
    if (first.magic === 1 && !sameAppendTime(b, p, start)) break
    if (!isPlain(b, p, end)) break
    last = p
    p = end
  }
  return p
}

function isPlain(b: Uint8Array, p: number, end: number): boolean {
  try {
    return checkMessage(b, p, end).codec === 0
  } catch {
    return false
  }
}

/**
 * Messages of magic 0 or 1, which brokers before 0.11 store and later ones still have in old logs (KIP-31, KIP-32). They are rewritten in memory
 * in the layout of magic 2, once, when they are read or decompressed: opening a compressed set takes twice its uncompressed size for a moment.
 */
export class MessageSet implements RecordBatch {
  topic = ''
  partition = -1
  readonly magic: 0 | 1
  readonly attrs: RecordAttrs
  readonly partitionLeaderEpoch = -1
  readonly producerId = -1n
  readonly producerEpoch = -1
  readonly baseSequence = -1
  lease: Lease | undefined
  #records: Transcoded | undefined
  /** What the offsets of the messages inside are off by. */
  #shift = 0n
  #uncompressedBytes = -1

  /** `bytes`: one compressed message, or plain messages, which come rewritten. */
  constructor(
    readonly bytes: Uint8Array,
    head: MessageHead,
    plain?: Transcoded,
  ) {
    this.magic = head.magic
    this.attrs = new RecordAttrs(head.codec | (head.logAppendTime ? 0x08 : 0))
    this.#records = plain
    if (plain) this.#uncompressedBytes = bytes.length
  }

  get baseOffset(): bigint {
    return this.#records ? this.#records.firstOffset + this.#shift : this.#wrapperOffset
  }
  get lastOffset(): bigint {
    return this.#records ? this.#records.lastOffset + this.#shift : this.#wrapperOffset
  }
  get lastOffsetDelta(): number {
    return this.#records?.lastOffsetDelta ?? 0
  }
  get numRecords(): number {
    return this.#records?.count ?? -1
  }
  get baseTimestamp(): bigint {
    return this.#records?.baseTimestamp ?? this.#wrapperTimestamp
  }
  /** The broker's time, where it set one, stands on the outside of a compressed message. */
  get maxTimestamp(): bigint {
    const isOutside = this.codec !== undefined && this.attrs.timestampType === 'LogAppendTime'
    return isOutside || !this.#records ? this.#wrapperTimestamp : this.#records.maxTimestamp
  }
  get codec(): CodecName | undefined {
    return codecOf(this)
  }
  /** Of the first message. */
  get crc(): number {
    return readInt32(this.bytes, messageAt.crc) >>> 0
  }
  get compressedBytes(): number {
    return this.codec ? this.#value.length : this.bytes.length
  }
  get uncompressedBytes(): number {
    return this.#uncompressedBytes
  }
  get isOpen(): boolean {
    return this.#records !== undefined
  }
  get payload(): Uint8Array {
    if (!this.#records) throw notOpen(this)
    return this.#records.payload
  }

  get lastAt(): number {
    return this.#records?.lastAt ?? 0
  }

  get #wrapperOffset(): bigint {
    return readInt64(this.bytes, messageAt.offset)
  }
  get #wrapperTimestamp(): bigint {
    return this.magic === 1 ? readInt64(this.bytes, messageAt.timestamp) : -1n
  }
  get #value(): Uint8Array {
    return this.bytes.subarray(valueAt(this.bytes, 0, this.magic) + 4)
  }

  open(codec: Codec, maxBytes?: number): undefined | Promise<void> {
    if (this.#records) return undefined
    checkCodec(this, codec)
    const inner = codec.decompress(this.#value, { maxBytes })
    if (inner instanceof Uint8Array) this.#setInner(inner)
    else return inner.then(bytes => this.#setInner(bytes))
  }

  #setInner(inner: Uint8Array): void {
    this.#checkInner(inner)
    const records = transcode(inner, 0, inner.length, this.magic)
    this.#shift = this.#shiftOf(records.lastOffset)
    this.#records = records
    this.#uncompressedBytes = inner.length
  }

  #checkInner(inner: Uint8Array): void {
    const fail = (why: string) => corrupt(this.bytes, 0, `holds a set of messages ${why}`)
    if (inner.length === 0) throw fail('that is empty')
    for (let p = 0; p < inner.length; ) {
      const end = messageEnd(inner, p, inner.length)
      if (end < 0) throw fail(`whose last one, at byte ${p} of ${inner.length}, is not whole`)
      const { magic, codec } = checkMessage(inner, p, end)
      if (magic !== this.magic) throw fail(`one of which has magic ${magic}, not ${this.magic}`)
      if (codec !== 0) throw fail('one of which is compressed again')
      p = end
    }
  }

  /**
   * Magic 0 has absolute offsets inside. With magic 1 they are relative and the outer offset is the last one's (KIP-31), so that a broker need
   * not rewrite what is inside; an outer offset of 0 was never set by a broker (old versions of librdkafka): then they are as they say.
   */
  #shiftOf(last: bigint): bigint {
    const wrapper = this.#wrapperOffset
    if (this.magic === 0 || wrapper === 0n) return 0n
    if (wrapper < last) throw corrupt(this.bytes, 0, `holds a message at the larger offset ${last}`)
    return wrapper - last
  }

  get run(): RecordRun {
    return new RecordRun(this, 0, this.numRecords)
  }
  [Symbol.iterator](): Iterator<FetchedRecord, undefined> {
    return this.run[Symbol.iterator]()
  }
}
