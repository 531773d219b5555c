import type { Logger } from '../hooks/logger.js'
import type { KafkaRecord } from '../records/record.js'
import type { Batch, Settle } from './batch.js'
import { type BatchResult, ProducedRecord } from './record.js'

interface Done {
  batch: Batch
  result: BatchResult
  error: Error | undefined
}

/** Tells callers what became of their records, in the order in which that was settled, never from inside a state change. */
export class Deliveries {
  #ring: Done[] = []

  constructor(
    private readonly logger: Logger,
    /** After the callbacks of a batch ran. */
    private readonly onTold: (batch: Batch) => void,
  ) {}

  push(batch: Batch, result: BatchResult, error?: Error): void {
    this.#ring.push({ batch, result, error })
    if (this.#ring.length === 1) queueMicrotask(() => this.#run())
  }

  #run(): void {
    for (let i = 0; i < this.#ring.length; i++) {
      const { batch, result, error } = this.#ring[i]
      for (const { record, index, timestampMs, settle } of batch.waiting) {
        this.tell(settle, new ProducedRecord(record, result, index, timestampMs), error)
      }
      this.onTold(batch)
    }
    this.#ring = []
  }

  /** What a callback throws is nobody else's trouble. */
  tell(settle: Settle, record: KafkaRecord, error: Error | undefined): void {
    try {
      settle(record, error)
    } catch (cause) {
      this.logger.log('error', 'an onDelivery callback threw', { error: cause })
    }
  }
}
