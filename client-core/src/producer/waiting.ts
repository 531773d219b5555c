import type { KafkaRecord } from '../records/record.js'
import { type BatchResult, type Kept, keep, ProducedRecord, type ProducerRecord } from './record.js'

/** Told once what became of a record. `error` is absent when it was delivered. */
export type Settle = (record: KafkaRecord, error?: Error) => void

/**
 * Records of a batch that somebody waits for; records that nobody waits for leave nothing but their bytes. What neighbours share, their callback
 * and their time, is kept once, because the garbage collector copies all that is kept for a record before its answer comes.
 */
export class Waiting {
  /** By their place in the batch. Told ones are let go of: a batch that has grown old is garbage long before it is collected, and they with it. */
  readonly #records: (Kept | undefined)[] = []
  /** Runs of neighbours: where each begins, and what its records share. No callback: each has a promise. */
  readonly #starts: number[] = []
  readonly #timestamps: (number | bigint)[] = []
  readonly #settles: (Settle | undefined)[] = []
  #timestampMs: number | bigint = -1
  #settle: Settle | undefined
  #hasCallbacks = false
  #promised: Promise<BatchResult> | undefined
  #keep: ((result: BatchResult, error: Error | undefined) => void) | undefined
  /** Of the records with promises, how far they have been told. */
  #next = 0
  #nextRun = -1

  add(record: ProducerRecord, index: number, timestampMs: number | bigint, settle: Settle | undefined): void {
    while (this.#records.length < index) this.#records.push(undefined)
    if (timestampMs !== this.#timestampMs || settle !== this.#settle || this.#starts.length === 0) {
      this.#starts.push(index)
      this.#timestamps.push((this.#timestampMs = timestampMs))
      this.#settles.push((this.#settle = settle))
      if (settle) this.#hasCallbacks = true
    }
    this.#records.push(keep(record))
  }

  /**
   * Adds a record and gives the promise of its delivery. All of a batch are made from one promise by one function: promises run what waits for
   * them in the order in which it came, so that the function need not be told whose turn it is.
   */
  promise(record: ProducerRecord, index: number, timestampMs: number | bigint): Promise<KafkaRecord> {
    this.add(record, index, timestampMs, undefined)
    this.#promised ??= new Promise((resolve, reject) => {
      this.#keep = (result, error) => (error ? reject(error) : resolve(result))
    })
    return this.#promised.then(this.#promisedNext)
  }

  readonly #promisedNext = (result: BatchResult): KafkaRecord => {
    for (;;) {
      const index = this.#next++
      if (this.#starts[this.#nextRun + 1] === index) this.#nextRun++
      const kept = this.#records[index]
      if (kept === undefined || this.#settles[this.#nextRun]) continue
      this.#records[index] = undefined
      return new ProducedRecord(kept, result, index, this.#timestamps[this.#nextRun])
    }
  }

  /** Tells all of them, callbacks first, in the order in which they were added. */
  tell(result: BatchResult, error: Error | undefined, call: (settle: Settle, record: KafkaRecord, error: Error | undefined) => void): void {
    if (this.#hasCallbacks) this.#callAll(result, error, call)
    this.#keep?.(result, error)
  }

  #callAll(
    result: BatchResult,
    error: Error | undefined,
    call: (settle: Settle, record: KafkaRecord, error: Error | undefined) => void,
  ): void {
    let run = -1
    for (let index = 0; index < this.#records.length; index++) {
      if (this.#starts[run + 1] === index) run++
      const kept = this.#records[index]
      const settle = this.#settles[run]
      if (kept === undefined || !settle) continue
      this.#records[index] = undefined
      call(settle, new ProducedRecord(kept, result, index, this.#timestamps[run]), error)
    }
  }
}
