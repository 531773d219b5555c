import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, KafkaRecord } from '@milena/client-core'
import { ElectLeadersRequest } from '@milena/client-core/protocol'
import { until } from '../kafka/admin.js'
import type { Kafka } from '../kafka/kafka.js'

/** `count` texts, numbered from `from` on. */
export const values = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => `${from + i}`)

/** Resolves when just these replicas of partition 0 are in sync; `ids` in their order. */
export const inSync = (kafka: Kafka, topic: string, ids: readonly number[]): Promise<void> =>
  until(`${topic} is in sync on ${ids}`, async () => {
    const [{ isr }] = await kafka.partitions(topic)
    return `${[...isr].sort()}` === `${ids}`
  })

/** Makes broker `leader` lead partition 0 although it is not in sync: what it lacks is lost. */
export const electUncleanly = (kafka: Kafka, client: Client, topic: string, leader: number): Promise<void> =>
  until(`broker ${leader} leads ${topic}`, async () => {
    await client.request(ElectLeadersRequest({ electionType: 1, topicPartitions: [{ topic, partitions: [0] }], timeoutMs: 10_000 }))
    return (await kafka.partitions(topic))[0]?.leader === leader
  })

/** A record's code of failure, or its offset. */
export const outcome = (sent: Promise<KafkaRecord>): Promise<string> =>
  sent.then(
    ({ offset }) => `@${offset}`,
    (error: { code?: string }) => error.code ?? `${error}`,
  )

export interface Stream {
  /** How many were written to each partition so far. */
  readonly written: number
  /** Writes no more; resolves when all was answered, with what failed. */
  end(): Promise<{ each: number; failures: Error[] }>
}

/** Writes to every partition of a topic, without an end: `0`, `1`, … in each. */
export function stream(client: Client, topic: string, partitions: number): Stream {
  const failures: Error[] = []
  const onDelivery = (_: unknown, error?: Error) => void (error && failures.push(error))
  const settings = { onDelivery }
  let [each, ended] = [0, false]
  const writing = (async () => {
    for (; !ended; each++) {
      for (let partition = 0; partition < partitions; partition++) await client.produce({ topic, partition, value: `${each}` }, settings)
      await sleep(1)
    }
    await client.flush({ signal: AbortSignal.timeout(60_000) })
  })()
  return {
    get written() {
      return each
    },
    async end() {
      ended = true
      await writing
      return { each, failures }
    },
  }
}
