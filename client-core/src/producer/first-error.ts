import type { KafkaRecord } from '../records/record.js'
import type { Settle } from './waiting.js'

/** What the aborting form needs of a client. */
interface Aborting {
  abortBufferedRecords(): Promise<void>
}

/**
 * Collects the first error of records that are produced together:
 * `for (const record of records) await client.produce(record, { onDelivery: first.onDelivery })`, then `await first.error()`. With a client the
 * first error aborts all that it has buffered, so that nobody waits for the rest.
 */
export class FirstErrorPromise {
  #error: Error | undefined
  #expected = 0
  #told = 0
  readonly #waiting = new Set<() => void>()

  constructor(private readonly client?: Aborting) {}

  /** One record's `onDelivery`: read it anew for each record that is produced, since `error` waits for as many calls as it was read. */
  get onDelivery(): Settle {
    this.#expected++
    return this.#onDelivery
  }

  readonly #onDelivery = (_: KafkaRecord, error?: Error): void => {
    this.#told++
    if (error && !this.#error) {
      this.#error = error
      // What could not be aborted was told by its own onDelivery.
      this.client?.abortBufferedRecords().catch(() => {})
    }
    if (this.#told < this.#expected) return
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** Resolves when every record was told, with the first error; undefined when all were delivered. */
  async error(): Promise<Error | undefined> {
    while (this.#told < this.#expected) await new Promise<void>(resolve => this.#waiting.add(resolve))
    return this.#error
  }
}
