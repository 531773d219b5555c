import { pathToFileURL } from 'node:url'
import { contest, counter, perCall, values } from './contest.mjs'

/** @typedef {{ send(call: object): Promise<unknown>, close(): Promise<void> }} Sender */

const entry = `${process.env.MILENA_RIVALS}/node_modules/@platformatic/kafka/dist/index.js`
const { Consumer, Producer } = await import(pathToFileURL(entry).href)

await contest(async ({ brokers, partitions, size }) => {
  /** @type {Sender | undefined} */
  let producer
  let calls = 0

  return {
    /** 1000 records a call to one partition at a time: its quickest way. */
    async produce(topic, count) {
      // Idempotent: acks all, one request in flight.
      const sender = (producer ??= /** @type {Sender} */ (
        new Producer({ clientId: 'bench', bootstrapBrokers: brokers, idempotent: true, acks: -1 })
      ))
      const payload = values(size).map(value => Buffer.from(value))
      let sent = 0
      while (sent < count) {
        const messages = []
        const partition = calls++ % partitions
        for (const end = Math.min(count, sent + perCall(size)); sent < end; sent++)
          messages.push({ topic, partition, value: payload[sent & 255] })
        await sender.send({ messages })
      }
      return { records: sent, bytes: sent * size }
    },

    /** The stream's data event and fetches of 1 MiB per partition, as other clients' are: its quickest way. Its default of 10 MiB costs it three times as much. */
    async consume(topic, count) {
      const consumer = new Consumer({
        clientId: 'bench',
        groupId: `bench-${topic}-${process.pid}`,
        bootstrapBrokers: brokers,
        autocommit: false,
      })
      const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxBytesPerPartition: 1_048_576 })
      const { moved, all, add } = counter(count)
      stream.on('data', (/** @type {{ value: Buffer }} */ message) => add(message.value.length))
      await all
      void consumer.close(true).catch(() => {})
      return moved
    },

    async close() {
      await producer?.close()
    },
  }
})
