import { Client, Offset } from '@milena/client-core'
import { tcp } from '@milena/client-core/transport/node'
import { contest, counter, oneByOne, open, sliding, valueCount, values } from './contest.mjs'

const mask = valueCount - 1

await contest(async ({ scenario, brokers, partitions, size, compression }) => {
  const base = { seedBrokers: brokers, transport: tcp(), clientId: 'bench' }
  const payload = values(size)
  const lingerMs = scenario === 'send' ? 5 : scenario === 'sequential' ? 0 : 10
  const producer = new Client({ ...base, producer: { compression: [compression], lingerMs } })

  /** @param {string} topic */
  const reader = topic => {
    const from = new Map(Array.from({ length: partitions }, (_, partition) => [partition, Offset.atStart()]))
    return new Client({ ...base, consumer: { partitions: new Map([[topic, from]]) } })
  }

  /** Polls, and looks at every record. @param {string} topic @param {number} count @param {boolean} recycles */
  const polls = async (topic, count, recycles) => {
    const consumer = reader(topic)
    const { moved, add } = counter(count)
    while (moved.records < count) {
      const fetches = await consumer.pollFetches()
      for (const { error } of fetches.errors()) throw error
      fetches.eachRecord(record => add(record.value?.length ?? 0))
      if (recycles) fetches.recycle()
    }
    void consumer.close()
    return moved
  }

  return {
    /** A call per record, as a program does it: batches are the client's business. Acks all and idempotent are its defaults. */
    async produce(topic, count) {
      /** @type {Error | undefined} */
      let failure
      /** @param {unknown} _ @param {Error} [error] */
      const onDelivery = (_, error) => {
        failure ??= error
      }
      for (let sent = 0; sent < count; sent++) await producer.produce({ topic, value: payload[sent & mask] }, { onDelivery })
      await producer.flush()
      if (failure) throw failure
      return { records: count, bytes: count * size }
    },

    async send(topic, count) {
      await sliding(count, open, index => producer.send({ topic, value: payload[index & mask] }))
      return { records: count, bytes: count * size }
    },

    async sequential(topic, count) {
      const p50Us = await oneByOne(count, index => producer.send({ topic, value: payload[index & mask] }))
      return { records: count, bytes: count * size, p50Us }
    },

    consume: (topic, count) => polls(topic, count, false),
    recycle: (topic, count) => polls(topic, count, true),

    async iterate(topic, count) {
      const consumer = reader(topic)
      const { moved, add } = counter(count)
      for await (const record of consumer.records()) {
        add(record.value?.length ?? 0)
        if (moved.records === count) break
      }
      void consumer.close()
      return moved
    },

    close: () => producer.close(),
  }
})
