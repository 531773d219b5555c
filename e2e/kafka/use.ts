import { afterAll, afterEach, beforeAll } from 'vitest'
import { type Kafka, type KafkaOptions, startKafka } from './kafka.js'

/** A Kafka for the tests of this file or `describe`; its logs are kept where one of them fails. One broker takes 1-2 s to start, three 4-10 s. */
export function useKafka(options: KafkaOptions = {}): () => Kafka {
  let kafka: Kafka | undefined
  let failed = false
  beforeAll(async () => {
    kafka = await startKafka(options)
  })
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail'
  })
  afterAll(async () => {
    await kafka?.close({ keepLogs: failed })
  })
  return () => {
    if (!kafka) throw new Error('Kafka is started before the first test, not while tests are collected')
    return kafka
  }
}
