import type { Logger } from '../hooks/logger.js'
import type { KafkaRecord } from '../records/record.js'
import type { Batch } from './batch.js'
import type { BatchResult } from './record.js'
import type { Settle } from './waiting.js'

/** Tells callers what became of their records, in the order in which that was settled, never from inside a state change. */
export class Deliveries {
  #ring: (() => void)[] = []

  constructor(
    private readonly logger: Logger,
    /** So many records left the buffer: their callbacks ran. */
    private readonly onTold: (records: number, bytes: number) => void,
  ) {}

  batch(batch: Batch, result: BatchResult, error?: Error): void {
    batch.unwatch?.()
    this.#push(() => {
      batch.waiting.tell(result, error, this.tell)
      this.onTold(batch.count, batch.bufferedBytes)
    })
  }

  /** A record that was buffered and never found its partition. */
  unplaced(record: KafkaRecord, settle: Settle | undefined, bytes: number, error: Error): void {
    this.#push(() => {
      if (settle) this.tell(settle, record, error)
      this.onTold(1, bytes)
    })
  }

  #push(tell: () => void): void {
    this.#ring.push(tell)
    if (this.#ring.length === 1) queueMicrotask(() => this.#run())
  }

  /** What callbacks settle in turn is told in the same run, behind what was settled before. */
  #run(): void {
    for (let i = 0; i < this.#ring.length; i++) this.#ring[i]()
    this.#ring = []
  }

  /** What a callback throws is nobody else's trouble. */
  readonly tell = (settle: Settle, record: KafkaRecord, error: Error | undefined): void => {
    try {
      settle(record, error)
    } catch (cause) {
      this.logger.log('error', 'an onDelivery callback threw', { error: cause })
    }
  }
}
