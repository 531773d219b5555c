export interface AbortedTransaction {
  producerId: bigint
  firstOffset: bigint
  /** The offset of its abort marker. */
  lastOffset: bigint
}

/** The transactions of one partition that are open, and those that were aborted: what `read_committed` needs. */
export class OpenTransactions {
  readonly #open = new Map<bigint, bigint>()
  #aborted: AbortedTransaction[] = []

  /** Everything before is decided: the last stable offset (KIP-98), given the end of the log. */
  lastStableOffset(endOffset: bigint): bigint {
    let stable = endOffset
    for (const first of this.#open.values()) if (first < stable) stable = first
    return stable
  }

  wrote(producerId: bigint, baseOffset: bigint): void {
    if (!this.#open.has(producerId)) this.#open.set(producerId, baseOffset)
  }

  ended(producerId: bigint, committed: boolean, markerOffset: bigint): void {
    const firstOffset = this.#open.get(producerId)
    this.#open.delete(producerId)
    if (!committed && firstOffset !== undefined) this.#aborted.push({ producerId, firstOffset, lastOffset: markerOffset })
  }

  /** The aborted transactions that a read of `[from, upTo)` may meet. */
  abortedIn(from: bigint, upTo: bigint): AbortedTransaction[] {
    return this.#aborted.filter(t => t.lastOffset >= from && t.firstOffset < upTo)
  }

  deleteBefore(startOffset: bigint): void {
    this.#aborted = this.#aborted.filter(t => t.lastOffset >= startOffset)
  }

  truncateTo(endOffset: bigint): void {
    this.#aborted = this.#aborted.filter(t => t.lastOffset < endOffset)
    for (const [id, first] of this.#open) if (first >= endOffset) this.#open.delete(id)
  }
}
