import type { Hooks } from '../hooks/hooks.js'
import type { PartitionQueue } from './partition-queue.js'
import type { ProducerRecord } from './record.js'
import type { Settle } from './waiting.js'

/** Tells hooks of single records. Made only when somebody listens: without, the producer keeps nothing per record. */
export class ProduceRecordHooks {
  private constructor(private readonly hooks: Hooks) {}

  static of(hooks: Hooks): ProduceRecordHooks | undefined {
    const { onProduceRecordBuffered, onProduceRecordPartitioned, onProduceRecordUnbuffered } = hooks
    return onProduceRecordBuffered || onProduceRecordPartitioned || onProduceRecordUnbuffered ? new ProduceRecordHooks(hooks) : undefined
  }

  /** At once: a hook may change the record. */
  buffered(topic: string, record: ProducerRecord): void {
    this.hooks.onProduceRecordBuffered?.({ topic, record })
  }

  /** Soon: a hook that produces must not find the producer in the middle of its work. */
  partitioned({ topic, partition, sink }: PartitionQueue, record: ProducerRecord): void {
    if (!this.hooks.onProduceRecordPartitioned) return
    const event = { topic, partition, leader: sink?.nodeId ?? -1, record }
    queueMicrotask(() => this.hooks.onProduceRecordPartitioned?.(event))
  }

  /** What is told of a record's end tells the hook first. */
  settle(settle: Settle | undefined): Settle | undefined {
    if (!this.hooks.onProduceRecordUnbuffered) return settle
    return (record, error) => {
      this.hooks.onProduceRecordUnbuffered?.({ record, error })
      settle?.(record, error)
    }
  }
}
