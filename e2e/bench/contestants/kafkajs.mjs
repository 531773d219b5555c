import { createRequire } from 'node:module'
import { contest, counter, oneByOne, perCall, valueCount, values } from './contest.mjs'

/**
 * @typedef {{ connect(): Promise<void>, send(call: object): Promise<unknown>, disconnect(): Promise<void> }} Producer
 * @typedef {{ value: Buffer }} Message
 */

const { Kafka, logLevel } = createRequire(`${process.env.MILENA_RIVALS}/`)('kafkajs')
const mask = valueCount - 1

await contest(async ({ scenario, brokers, partitions, size }) => {
  const kafka = new Kafka({ clientId: 'bench', brokers, logLevel: logLevel.NOTHING })
  const payload = values(size).map(value => Buffer.from(value))
  // Idempotent: acks all, one request in flight.
  const producer = /** @type {Producer} */ (kafka.producer({ idempotent: true, maxInFlightRequests: 1 }))
  const consumes = scenario === 'consume' || scenario === 'iterate'
  if (!consumes) await producer.connect()
  let calls = 0

  /**
   * In a group of its own: it has no other way.
   * @param {string} topic
   * @param {number} count
   * @param {(add: (bytes: number) => void) => object} handlers
   */
  const consume = async (topic, count, handlers) => {
    const consumer = kafka.consumer({ groupId: `bench-${topic}-${process.pid}` })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const { moved, all, add } = counter(count)
    await consumer.run({ autoCommit: false, ...handlers(add) })
    await all
    void consumer.disconnect().catch(() => {})
    return moved
  }

  return {
    /** 1000 records a call to one partition at a time: its quickest way. */
    async produce(topic, count) {
      let sent = 0
      while (sent < count) {
        const messages = []
        const partition = calls++ % partitions
        for (const end = Math.min(count, sent + perCall(size)); sent < end; sent++)
          messages.push({ value: payload[sent & mask], partition })
        await producer.send({ topic, messages, acks: -1 })
      }
      return { records: sent, bytes: sent * size }
    },

    async sequential(topic, count) {
      const p50Us = await oneByOne(count, index => producer.send({ topic, messages: [{ value: payload[index & mask] }], acks: -1 }))
      return { records: count, bytes: count * size, p50Us }
    },

    /** A callback per batch. */
    consume: (topic, count) =>
      consume(topic, count, add => ({
        eachBatch: async (/** @type {{ batch: { messages: Message[] } }} */ { batch }) => {
          for (const message of batch.messages) add(message.value.length)
        },
      })),

    /** A callback per record. */
    iterate: (topic, count) =>
      consume(topic, count, add => ({ eachMessage: async (/** @type {{ message: Message }} */ { message }) => add(message.value.length) })),

    close: async () => (consumes ? undefined : producer.disconnect()),
  }
})
