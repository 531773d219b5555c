/** Producing single records: one producer per choice of codec, acks and idempotence, since these belong to a producer and not to a record. */
import type { Client } from '@milena/client-core'
import { murmur2 } from '@milena/client-core'
import type { PartitionPreview, ProduceParams, ProduceResult, TopicInfo } from '../protocol.js'
import type { Asking } from './client.js'

const KEPT = 8
/** A form's record is given up after so many tries (about half a minute); its error says what kept it. */
const RETRIES = 8

/** Sizes of batches that were acknowledged, as the hooks tell them. */
export type BatchBytes = (topic: string, partition: number) => number

export class Producing {
  private readonly forks = new Map<string, Client>()

  constructor(
    private readonly client: Client,
    private readonly batchBytes: BatchBytes,
    private readonly now: () => number,
  ) {}

  get bufferedRecords(): number {
    let records = 0
    for (const fork of this.forks.values()) records += fork.bufferedProduceRecords
    return records
  }

  async produce(params: ProduceParams, { signal, initiator = 'produce' }: Asking): Promise<ProduceResult> {
    const { topic, partition, key, value, headers, timestamp } = params
    const started = this.now()
    const record = { topic, key, value, headers, partition: partition ?? undefined, timestamp: timestamp ?? undefined }
    const delivered = await this.forkFor(params, initiator).send(record, { signal })
    const leader = this.client.partitionLeader(topic, delivered.partition)
    return {
      topic,
      partition: delivered.partition,
      // Without acks nobody answers.
      offset: params.acks === 'none' || delivered.offset < 0n ? null : delivered.offset,
      timestamp: delivered.timestamp,
      latencyMs: this.now() - started,
      batchBytes: this.batchBytes(topic, delivered.partition),
      broker: leader?.leader ?? null,
    }
  }

  private forkFor({ codec, acks, idempotent }: ProduceParams, initiator: string): Client {
    const key = [codec, acks, idempotent, initiator].join(' ')
    const known = this.forks.get(key)
    if (known) return known
    const producer = { compression: codec, acks, idempotent: idempotent && acks === 'all', lingerMs: 0, recordRetries: RETRIES, initiator }
    const fork = this.client.fork({ producer })
    this.forks.set(key, fork)
    for (const [old, unused] of this.forks) {
      if (this.forks.size <= KEPT) break
      if (unused.bufferedProduceRecords > 0) continue
      void unused.close()
      this.forks.delete(old)
    }
    return fork
  }
}

/** Where Kafka's own partitioner puts a key. */
export function previewPartition(topic: TopicInfo, key: Uint8Array): PartitionPreview {
  const partitions = topic.partitions.length
  const hash = murmur2(key)
  const partition = partitions > 0 ? (hash & 0x7fffffff) % partitions : -1
  return { hash: hash >>> 0, partition, partitions, leader: topic.partitions[partition]?.leader ?? -1 }
}
