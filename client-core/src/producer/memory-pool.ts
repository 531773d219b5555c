/** Batches that grow at least so large have their memory used again: fresh memory for each costs page faults and garbage collection. */
const worthKeeping = 64 * 1024
/** What is kept for the next batches, in batches of the largest size: while records are buffered, and when none are. */
const keepBusy = 64
const keepIdle = 16

/** Memory for batches, in halves, quarters and so on of the largest. A batch gives its array back when nothing can read it any more. */
export class MemoryPool {
  /** By what they are good for, in bytes; they may be somewhat larger. */
  readonly #free = new Map<number, Uint8Array[]>()
  #kept = 0

  constructor(private readonly batchMaxBytes: number) {}

  /** An array for a batch that is expected to hold `bytes`; it may be larger, at most twice, and its contents are anything. */
  take(bytes: number): Uint8Array {
    if (bytes < worthKeeping) return new Uint8Array(Math.min(bytes, this.batchMaxBytes))
    let size = this.batchMaxBytes
    while (size >> 1 >= bytes) size >>= 1
    const found = this.#free.get(size)?.pop()
    if (found) this.#kept -= found.length
    return found ?? new Uint8Array(size)
  }

  give(memory: Uint8Array): void {
    if (memory.length < worthKeeping || this.#kept + memory.length > keepBusy * this.batchMaxBytes) return
    let size = this.batchMaxBytes
    while (size > memory.length) size >>= 1
    const free = this.#free.get(size)
    if (free) free.push(memory)
    else this.#free.set(size, [memory])
    this.#kept += memory.length
  }

  /** More than what is kept when nothing is buffered. */
  get keepsMuch(): boolean {
    return this.#kept > keepIdle * this.batchMaxBytes
  }

  /** Nothing is buffered any more. */
  rest(): void {
    for (const free of this.#free.values()) {
      while (free.length > 0 && this.keepsMuch) this.#kept -= free.pop()!.length
    }
  }
}
