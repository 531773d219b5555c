import { pathToFileURL } from 'node:url'
import { contest, counter, oneByOne, perCall, valueCount, values } from './contest.mjs'

/**
 * @typedef {{ send(call: object): Promise<unknown>, close(): Promise<void> }} Sender
 * @typedef {{ value: Buffer }} Message
 */

const entry = `${process.env.MILENA_RIVALS}/node_modules/@platformatic/kafka/dist/index.js`
const { Consumer, Producer } = await import(pathToFileURL(entry).href)
const mask = valueCount - 1

await contest(async ({ brokers, partitions, size, compression }) => {
  const payload = values(size).map(value => Buffer.from(value))
  // Idempotent: acks all, one request in flight.
  const producer = /** @type {Sender} */ (
    new Producer({ clientId: 'bench', bootstrapBrokers: brokers, idempotent: true, acks: -1, compression })
  )
  let calls = 0

  /** Fetches of 1 MiB per partition, as other clients' are: its default of 10 MiB costs it three times as much. @param {string} topic */
  const stream = async topic => {
    const consumer = new Consumer({
      clientId: 'bench',
      groupId: `bench-${topic}-${process.pid}`,
      bootstrapBrokers: brokers,
      autocommit: false,
    })
    const messages = await consumer.consume({ topics: [topic], mode: 'earliest', maxBytesPerPartition: 1_048_576 })
    return { messages, leave: () => void consumer.close(true).catch(() => {}) }
  }

  return {
    /** 1000 records a call to one partition at a time: its quickest way. */
    async produce(topic, count) {
      let sent = 0
      while (sent < count) {
        const messages = []
        const partition = calls++ % partitions
        for (const end = Math.min(count, sent + perCall(size)); sent < end; sent++)
          messages.push({ topic, partition, value: payload[sent & mask] })
        await producer.send({ messages })
      }
      return { records: sent, bytes: sent * size }
    },

    async sequential(topic, count) {
      const p50Us = await oneByOne(count, index => producer.send({ messages: [{ topic, value: payload[index & mask] }] }))
      return { records: count, bytes: count * size, p50Us }
    },

    /** The stream's data event: its quickest way. */
    async consume(topic, count) {
      const { messages, leave } = await stream(topic)
      const { moved, all, add } = counter(count)
      messages.on('data', (/** @type {Message} */ message) => add(message.value.length))
      await all
      leave()
      return moved
    },

    async iterate(topic, count) {
      const { messages, leave } = await stream(topic)
      const { moved, add } = counter(count)
      for await (const message of messages) {
        add(message.value.length)
        if (moved.records === count) break
      }
      leave()
      return moved
    },

    close: () => producer.close(),
  }
})
