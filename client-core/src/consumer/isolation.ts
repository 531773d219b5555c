import type { RecordBatch } from '../records/batch.js'

export interface AbortedTransaction {
  producerId: bigint
  firstOffset: bigint
}

const abortMarker = 0

/**
 * Which transactional batches of one answer were aborted. The broker names the aborted transactions by producer and first offset, in no order that
 * one may rely on; each ends at its producer's abort marker.
 */
export class AbortedFilter {
  readonly #first = new Map<bigint, bigint[]>()

  constructor(aborted: readonly AbortedTransaction[]) {
    for (const { producerId, firstOffset } of aborted) {
      const offsets = this.#first.get(producerId)
      if (offsets) offsets.push(firstOffset)
      else this.#first.set(producerId, [firstOffset])
    }
    for (const offsets of this.#first.values()) offsets.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  }

  isAborted(batch: RecordBatch): boolean {
    if (!batch.attrs.isTransactional || batch.attrs.isControl) return false
    const first = this.#first.get(batch.producerId)?.[0]
    return first !== undefined && batch.baseOffset >= first
  }

  /** A control batch of the same producer ends its transaction. */
  seeMarker(batch: RecordBatch): void {
    const offsets = this.#first.get(batch.producerId)
    if (!offsets || offsets.length === 0 || batch.baseOffset < offsets[0]) return
    if (markerType(batch) === abortMarker) offsets.shift()
  }
}

/** The key of a control record: int16 version, int16 type (0 abort, 1 commit). */
function markerType(batch: RecordBatch): number {
  for (const { key } of batch) return key && key.length >= 4 ? (key[2] << 8) | key[3] : -1
  return -1
}
