/** Which leader epoch wrote from which offset on (KIP-101, KIP-279). */
export class EpochHistory {
  #entries: { epoch: number; startOffset: bigint }[] = []

  get latest(): number {
    return this.#entries.at(-1)?.epoch ?? -1
  }

  /** Notes that `epoch` appends at `offset`; later notes for the same epoch change nothing. Epochs that wrote nothing are forgotten, as in Kafka. */
  assign(epoch: number, offset: bigint): void {
    if (epoch <= this.latest) return
    this.truncateTo(offset)
    this.#entries.push({ epoch, startOffset: offset })
  }

  /** The epoch under which the record at `offset` was written; -1 when nothing was. */
  at(offset: bigint): number {
    return this.#entries.findLast(entry => entry.startOffset <= offset)?.epoch ?? -1
  }

  truncateTo(endOffset: bigint): void {
    this.#entries = this.#entries.filter(entry => entry.startOffset < endOffset)
  }

  /** Epochs that end before the log's start are forgotten; the one at the start now begins there. */
  deleteBefore(startOffset: bigint): void {
    const epoch = this.at(startOffset)
    this.#entries = this.#entries.filter(entry => entry.startOffset > startOffset)
    if (epoch !== -1) this.#entries.unshift({ epoch, startOffset })
  }

  /**
   * Where the largest epoch up to `epoch` ended, as OffsetForLeaderEpoch answers it. An epoch after the latest is undefined: (-1, -1). One before
   * the oldest that is known ends where that one begins.
   */
  endOffsetFor(epoch: number, logEndOffset: bigint): { epoch: number; endOffset: bigint } {
    if (epoch < 0) return { epoch: -1, endOffset: -1n }
    if (epoch === this.latest) return { epoch, endOffset: logEndOffset }
    const next = this.#entries.find(entry => entry.epoch > epoch)
    if (!next) return { epoch: -1, endOffset: -1n }
    const floor = this.#entries.findLast(entry => entry.epoch <= epoch)
    return { epoch: floor?.epoch ?? epoch, endOffset: next.startOffset }
  }
}
