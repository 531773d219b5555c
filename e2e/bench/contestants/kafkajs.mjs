import { createRequire } from 'node:module'
import { contest, counter, perCall, values } from './contest.mjs'

/**
 * @typedef {{ connect(): Promise<void>, send(call: object): Promise<unknown>, disconnect(): Promise<void> }} Producer
 * @typedef {{ batch: { messages: { value: Buffer }[] } }} Batch
 */

const { Kafka, logLevel } = createRequire(`${process.env.MILENA_RIVALS}/`)('kafkajs')

await contest(async ({ brokers, partitions, size }) => {
  const kafka = new Kafka({ clientId: 'bench', brokers, logLevel: logLevel.NOTHING })
  /** @type {Producer | undefined} */
  let producer
  let calls = 0

  return {
    /** 1000 records a call to one partition at a time: its quickest way. */
    async produce(topic, count) {
      if (!producer) {
        // Idempotent: acks all, one request in flight.
        producer = /** @type {Producer} */ (kafka.producer({ idempotent: true, maxInFlightRequests: 1 }))
        await producer.connect()
      }
      const payload = values(size).map(value => Buffer.from(value))
      let sent = 0
      while (sent < count) {
        const messages = []
        const partition = calls++ % partitions
        for (const end = Math.min(count, sent + perCall(size)); sent < end; sent++) messages.push({ value: payload[sent & 255], partition })
        await producer.send({ topic, messages, acks: -1 })
      }
      return { records: sent, bytes: sent * size }
    },

    /** A callback per batch, in a group of its own: it has no other way. */
    async consume(topic, count) {
      const consumer = kafka.consumer({ groupId: `bench-${topic}-${process.pid}` })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      const { moved, all, add } = counter(count)
      await consumer.run({
        autoCommit: false,
        eachBatch: async (/** @type {Batch} */ { batch }) => {
          for (const message of batch.messages) add(message.value.length)
        },
      })
      await all
      void consumer.disconnect().catch(() => {})
      return moved
    },

    async close() {
      await producer?.disconnect()
    },
  }
})
