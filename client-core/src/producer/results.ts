import type { KafkaRecord } from '../records/record.js'

export interface ProduceResult {
  record: KafkaRecord
  /** Absent when the record was delivered. */
  error?: Error
}

/** What became of records that were produced together, in their order. */
export class ProduceResults implements Iterable<ProduceResult> {
  constructor(readonly results: readonly ProduceResult[]) {}
  get length(): number {
    return this.results.length
  }
  [Symbol.iterator](): Iterator<ProduceResult> {
    return this.results[Symbol.iterator]()
  }
  /** The first record. @throws its error, if it was not delivered. */
  first(): KafkaRecord {
    const [first] = this.results
    if (first.error) throw first.error
    return first.record
  }
  firstError(): Error | undefined {
    return this.results.find(r => r.error)?.error
  }
}
