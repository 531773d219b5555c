import { at, putInt32, putInt64, readInt32, readInt64 } from '../../records/layout.js'

/** One batch as the log holds it: bytes of the log's own, with the offset and the epoch that the leader gave. Never changed once stored. */
export interface StoredBatch {
  readonly bytes: Uint8Array
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  readonly maxTimestamp: bigint
}

/** A partition's records: batches in the order of their offsets, oldest first. Offsets may have gaps, between batches and inside them. */
export class Log {
  #batches: StoredBatch[] = []
  #start: bigint
  #end: bigint
  #bytes = 0

  constructor(startOffset = 0n) {
    this.#start = startOffset
    this.#end = startOffset
  }

  /** The first offset that can be read. */
  get startOffset(): bigint {
    return this.#start
  }
  /** The offset that the next record gets. */
  get endOffset(): bigint {
    return this.#end
  }
  get sizeBytes(): number {
    return this.#bytes
  }
  get batches(): readonly StoredBatch[] {
    return this.#batches
  }

  /** Takes `bytes` as its own, gives them the next offset and `leaderEpoch`. Neither is covered by the CRC. */
  append(bytes: Uint8Array, leaderEpoch: number): StoredBatch {
    const baseOffset = this.#end
    putInt64(bytes, at.baseOffset, baseOffset)
    putInt32(bytes, at.partitionLeaderEpoch, leaderEpoch)
    const lastOffset = baseOffset + BigInt(readInt32(bytes, at.lastOffsetDelta))
    const batch = { bytes, baseOffset, lastOffset, maxTimestamp: readInt64(bytes, at.maxTimestamp) }
    this.#batches.push(batch)
    this.#end = lastOffset + 1n
    this.#bytes += bytes.length
    return batch
  }

  /** Leaves `count` offsets without a record, as compaction and aborted appends do. */
  skip(count: bigint): void {
    this.#end += count
    if (this.#batches.length === 0) this.#start = this.#end
  }

  /**
   * The bytes from the batch that holds `offset` on, ending before `upTo`. Cut at `maxBytes` even inside a batch, as a broker that sends a slice
   * of a file does; a first batch that does not fit is left out, or kept whole when `atLeastOne`.
   */
  read(offset: bigint, upTo: bigint, maxBytes: number, atLeastOne: boolean): Uint8Array[] {
    const chunks: Uint8Array[] = []
    let left = maxBytes
    for (let i = this.#indexOf(offset); i < this.#batches.length; i++) {
      const { bytes, lastOffset } = this.#batches[i]
      if (lastOffset >= upTo) break
      if (bytes.length > left) {
        if (chunks.length > 0) chunks.push(bytes.subarray(0, left))
        else if (atLeastOne) chunks.push(bytes)
        break
      }
      chunks.push(bytes)
      left -= bytes.length
      if (left === 0) break
    }
    return chunks
  }

  /** How many bytes `read` could give, counted no further than `enough`. */
  readableBytes(offset: bigint, upTo: bigint, enough: number): number {
    let bytes = 0
    for (let i = this.#indexOf(offset); i < this.#batches.length && bytes < enough; i++) {
      if (this.#batches[i].lastOffset >= upTo) break
      bytes += this.#batches[i].bytes.length
    }
    return bytes
  }

  /** Moves the start forward; batches that lie wholly before it are dropped. */
  deleteBefore(offset: bigint): void {
    if (offset <= this.#start) return
    this.#start = offset > this.#end ? this.#end : offset
    this.#dropFirst(this.#indexOf(this.#start))
  }

  /** Takes away everything from `offset` on; a batch that holds it goes as a whole. */
  truncateTo(offset: bigint): void {
    if (offset >= this.#end) return
    for (const gone of this.#batches.splice(this.#indexOf(offset))) this.#bytes -= gone.bytes.length
    this.#end = offset
    if (this.#start > offset) this.#start = offset
  }

  /** Puts other bytes in the place of batches, with the same offsets, or leaves a hole; the ends of the log stay where they are. */
  replace(after: ReadonlyMap<StoredBatch, Uint8Array | undefined>): void {
    this.#batches = this.#batches.flatMap(batch => {
      if (!after.has(batch)) return [batch]
      const bytes = after.get(batch)
      this.#bytes += (bytes?.length ?? 0) - batch.bytes.length
      return bytes ? [{ ...batch, bytes, maxTimestamp: readInt64(bytes, at.maxTimestamp) }] : []
    })
  }

  /** Drops the oldest batches while `expendable` says so. True when something was dropped. */
  dropOldestWhile(expendable: (batch: StoredBatch, sizeBytes: number) => boolean): boolean {
    let count = 0
    let size = this.#bytes
    while (count < this.#batches.length && expendable(this.#batches[count], size)) size -= this.#batches[count++].bytes.length
    if (count === 0) return false
    this.#start = this.#batches[count - 1].lastOffset + 1n
    this.#dropFirst(count)
    return true
  }

  #dropFirst(count: number): void {
    for (const gone of this.#batches.splice(0, count)) this.#bytes -= gone.bytes.length
  }

  /** Index of the first batch that ends at `offset` or behind it. */
  #indexOf(offset: bigint): number {
    let low = 0
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#batches[middle].lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
