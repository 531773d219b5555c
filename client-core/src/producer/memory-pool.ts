/** Batches that grew at least so large have their memory used again: taking a fresh megabyte for each costs page faults and garbage collection. */
const worthKeeping = 64 * 1024
/** Arrays kept for the next batches: while records are buffered, and when none are. */
const keepBusy = 64
const keepIdle = 16

/** Memory for batches. A batch gives its array back when nothing can read it any more. */
export class MemoryPool {
  readonly #free: Uint8Array[] = []

  constructor(private readonly batchMaxBytes: number) {}

  /** An array for a batch that is expected to hold `bytes`; it may be larger, and its contents are anything. */
  take(bytes: number): Uint8Array {
    if (bytes < worthKeeping) return new Uint8Array(Math.min(bytes, this.batchMaxBytes))
    // Only whole ones are kept; with many partitions they would take many times what their batches do.
    return this.#free.pop() ?? new Uint8Array(bytes > this.batchMaxBytes / 2 ? this.batchMaxBytes : bytes)
  }

  give(memory: Uint8Array): void {
    if (memory.length === this.batchMaxBytes && this.#free.length < keepBusy) this.#free.push(memory)
  }

  /** Nothing is buffered any more. */
  rest(): void {
    if (this.#free.length > keepIdle) this.#free.length = keepIdle
  }
}
