import type { FetchPartition } from './fetches.js'

/** What polls are told beside what sources fetched, and the polls that wait. Errors stay until they are polled, whatever becomes of positions. */
export class Inbox {
  #partitions: FetchPartition[] = []
  readonly #wakers = new Set<() => void>()

  /** The same trouble again and again is one entry until somebody polls it. */
  put(partition: FetchPartition): void {
    const isKnown = this.#partitions.some(
      p => p.topic === partition.topic && p.partition === partition.partition && p.error?.message === partition.error?.message,
    )
    if (!isKnown) this.#partitions.push(partition)
    this.wake()
  }

  take(): FetchPartition[] {
    return this.#partitions.splice(0)
  }

  wake(): void {
    for (const wake of [...this.#wakers]) wake()
  }

  /** Resolves at the next `wake`, or when the signal aborts. */
  waken(signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        this.#wakers.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#wakers.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }
}
