import { type CodecName, codecIds } from '../compression/codec.js'
import { inRealTime } from '../real-time.js'
import { BatchBuilder, noIdentity, stamp } from '../records/batch-builder.js'
import { at, attributeBits, messageAt } from '../records/layout.js'
import type { ChosenCodec } from './codecs.js'
import type { MemoryPool } from './memory-pool.js'
import { noProducer, type ProducerIdentity } from './producer-id.js'
import { Waiting } from './waiting.js'

/** A batch between `produce` and its answer. Built in place, compressed once, sent again unchanged. */
export class Batch {
  readonly builder: BatchBuilder
  readonly waiting = new Waiting()
  /** Bytes of keys, values and headers that the buffer counts. */
  bufferedBytes = 0
  /** Sequence number of the first record; -1 until the batch was taken for a request. */
  sequence = -1
  /**
   * Whose sequence number that is. A batch keeps both until its answer is known, whatever identity other batches are sent under by then: only so
   * does the broker know it again (as in the Java client).
   */
  identity: ProducerIdentity | undefined
  tries = 0
  /** The last request that carried it. */
  requestId: number | undefined
  /** Whether it was ever handed to a connection. */
  written = false
  /** The broker may have written it although it answered with an error: only a definite answer may end it now. */
  unsure = false
  /** Of its first record's caller. */
  signal: AbortSignal | undefined
  /** Stops listening to the signal. */
  unwatch: (() => void) | undefined
  /** The compressed batch or the message set; undefined where the builder's own bytes are sent. */
  #encoded: Uint8Array | undefined
  #magic: ChosenCodec['magic'] = 2
  #prepared = false
  #compressing = false
  #codecName: 'none' | CodecName = 'none'
  #stamp = ''
  #attributes = 0
  #wire: Uint8Array | undefined

  constructor(maxBytes: number, expectedBytes: number, memory: MemoryPool) {
    this.builder = new BatchBuilder(maxBytes, expectedBytes, memory)
  }

  get count(): number {
    return this.builder.count
  }

  /** Bytes of what was appended since it was asked last, for the buffer to count. */
  countNew(): number {
    const bytes = this.builder.payload - this.bufferedBytes
    this.bufferedBytes += bytes
    return bytes
  }

  /** Whether nothing more may be appended. */
  get isClosed(): boolean {
    return this.sequence >= 0 || this.#prepared
  }
  /** Whether it was encoded for brokers of that age. */
  isPreparedFor(magic: ChosenCodec['magic']): boolean {
    return this.#prepared && this.#magic === magic
  }

  get isCompressing(): boolean {
    return this.#compressing
  }

  /**
   * Closes the batch and encodes it: once, unless its partition moves to a broker of another age.
   * @throws ClientError `UNSUPPORTED_FEATURE` for headers, which a broker before 0.11 cannot store.
   */
  prepare({ magic, codec, level }: ChosenCodec): undefined | Promise<void> {
    this.#prepared = true
    this.#magic = magic
    this.#wire = undefined
    if (codec) this.#codecName = codec.name
    const out = magic === 2 ? codec && this.builder.compress(codec, level) : this.#toMessageSet({ magic, codec, level })
    if (out instanceof Promise) {
      this.#compressing = true
      return out.then(bytes => {
        this.#compressing = false
        this.#encoded = bytes
      })
    }
    this.#encoded = out
  }

  /** Few brokers are so old that they need it: a module of its own. */
  async #toMessageSet({ magic, codec, level }: ChosenCodec & { magic: 0 | 1 }): Promise<Uint8Array> {
    const sealed = this.builder.seal(noIdentity)
    const { toMessageSet } = await inRealTime(import('../records/to-message-set.js'))
    return toMessageSet(sealed, magic, codec, level)
  }

  /** The bytes for the wire. The same identity gives the same bytes, untouched. */
  wire(): Uint8Array {
    if (this.#magic < 2) return this.#encoded!
    const { id, epoch } = this.identity ?? noProducer
    const baseSequence = id < 0n ? -1 : this.sequence
    const key = `${id} ${epoch} ${baseSequence}`
    if (this.#wire && this.#stamp === key) return this.#wire
    this.#stamp = key
    const stamped = { producerId: id, producerEpoch: epoch, baseSequence }
    this.#wire = this.#encoded ? stamp(this.#encoded, stamped) : this.builder.seal(stamped)
    this.#attributes = this.#wire[at.attributes + 1]
    return this.#wire
  }

  /**
   * Gives its memory back, for the next batch. Only of a batch that was sent once and answered: of one that was sent twice, an old connection may
   * still hold bytes.
   */
  release(): void {
    if (this.tries === 1) this.builder.release()
  }

  /** The attributes that the batch was sent with. */
  get attributes(): number {
    return this.#magic < 2 ? codecIds[this.compressionType] : this.#attributes
  }
  get compressionType(): 'none' | CodecName {
    if (!this.#encoded) return 'none'
    const isPlain = this.#magic < 2 && (this.#encoded[messageAt.attributes] & attributeBits.codec) === 0
    return isPlain ? 'none' : this.#codecName
  }
  /** Bytes of the records without the batch's header; of a plain message set, all of it. */
  get uncompressedBytes(): number {
    return this.#magic < 2 && this.compressionType === 'none' ? this.wireBytes : this.builder.length - at.records
  }
  /** The same as they are on the wire. */
  get compressedBytes(): number {
    return this.#magic < 2 ? this.wireBytes : this.wireBytes - at.records
  }
  /** Bytes that the batch takes in a request, at most. */
  get wireBytes(): number {
    return this.#encoded?.length ?? this.builder.length
  }
}
