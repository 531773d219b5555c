import type { Codec, CodecName } from '../compression/codec.js'
import { ClientError } from '../error.js'
import type { FetchedRecord } from './fetched-record.js'
import { at, attributeBits, readInt16, readInt32, readInt64 } from './layout.js'
import { RecordAttrs } from './record.js'
import { RecordRun } from './run.js'
import { checkRecords } from './walk.js'

/**
 * A view over one record batch (magic 2). Iterating makes short-lived `KafkaRecord` views; nothing is made for a record that is not asked for.
 * Measured at 100 B values with 20 batches kept alive: views that are iterated 10-16 M records/s, an array of eager objects 0.7-1.5 M/s, most of
 * it garbage collection.
 */
export class RecordBatch implements Iterable<FetchedRecord> {
  /** Set by whoever knows where the batch came from. */
  topic = ''
  partition = -1
  readonly attrs: RecordAttrs
  readonly baseOffset: bigint
  readonly lastOffsetDelta: number
  readonly numRecords: number
  #payload: Uint8Array | undefined

  /** `bytes`: the whole batch, header included, length and CRC checked by `decodeBatches`. */
  constructor(readonly bytes: Uint8Array) {
    this.attrs = new RecordAttrs(readInt16(bytes, at.attributes))
    this.baseOffset = readInt64(bytes, at.baseOffset)
    this.lastOffsetDelta = readInt32(bytes, at.lastOffsetDelta)
    this.numRecords = readInt32(bytes, at.recordCount)
    if (this.numRecords < 0 || this.lastOffsetDelta < 0 || this.numRecords > this.lastOffsetDelta + 1) {
      throw new ClientError(
        'CORRUPT_BATCH',
        `batch at offset ${this.baseOffset} claims ${this.numRecords} records over ${this.lastOffsetDelta + 1} offsets`,
      )
    }
    if (this.attrs.compressionType === 'none') this.#setPayload(bytes.subarray(at.records))
  }

  get codec(): CodecName | undefined {
    const type = this.attrs.compressionType
    if (type === 'unknown') {
      throw new ClientError(
        'UNKNOWN_CODEC',
        `batch at offset ${this.baseOffset} is compressed with codec ${this.attrs.bits & attributeBits.codec}, which is not known`,
      )
    }
    return type === 'none' ? undefined : type
  }
  get lastOffset(): bigint {
    return this.baseOffset + BigInt(this.lastOffsetDelta)
  }
  get partitionLeaderEpoch(): number {
    return readInt32(this.bytes, at.partitionLeaderEpoch)
  }
  get crc(): number {
    return readInt32(this.bytes, at.crc) >>> 0
  }
  get baseTimestamp(): bigint {
    return readInt64(this.bytes, at.baseTimestamp)
  }
  get maxTimestamp(): bigint {
    return readInt64(this.bytes, at.maxTimestamp)
  }
  get producerId(): bigint {
    return readInt64(this.bytes, at.producerId)
  }
  get producerEpoch(): number {
    return readInt16(this.bytes, at.producerEpoch)
  }
  get baseSequence(): number {
    return readInt32(this.bytes, at.baseSequence)
  }
  /** Bytes of the records as they are in the batch, possibly compressed. */
  get compressedBytes(): number {
    return this.bytes.length - at.records
  }
  /** Bytes of the records uncompressed; -1 before `open`. */
  get uncompressedBytes(): number {
    return this.#payload?.length ?? -1
  }
  /** Whether the records can be read: uncompressed, or decompressed by `open`. */
  get isOpen(): boolean {
    return this.#payload !== undefined
  }
  /** The uncompressed records, each preceded by its length. */
  get payload(): Uint8Array {
    if (!this.#payload) throw new ClientError('INVALID_REQUEST', `batch at offset ${this.baseOffset} is compressed: open(codec) first`)
    return this.#payload
  }

  /** Decompresses the records with the batch's own codec, at most `maxBytes` of them. Sync when the codec is. */
  open(codec: Codec, maxBytes?: number): undefined | Promise<void> {
    if (this.#payload) return undefined
    if (codec.name !== this.codec)
      throw new ClientError('UNKNOWN_CODEC', `batch at offset ${this.baseOffset} is ${this.codec}, not ${codec.name}`)
    const records = codec.decompress(this.bytes.subarray(at.records), { maxBytes })
    if (records instanceof Uint8Array) this.#setPayload(records)
    else return records.then(bytes => this.#setPayload(bytes))
  }

  /** Every record's lengths are checked here, once, so that access needs no checks (18 ns a record). */
  #setPayload(payload: Uint8Array): void {
    checkRecords(payload, this.numRecords, this.lastOffsetDelta, this.baseOffset)
    this.#payload = payload
  }

  /** All records of the batch; see `RecordRun` for parts of them. */
  get run(): RecordRun {
    return new RecordRun(this, 0, this.numRecords)
  }
  [Symbol.iterator](): Iterator<FetchedRecord, undefined> {
    return this.run[Symbol.iterator]()
  }
}
