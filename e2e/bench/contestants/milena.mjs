import { Client, Offset } from '@milena/client-core'
import { tcp } from '@milena/client-core/transport/node'
import { contest, counter, values } from './contest.mjs'

await contest(async ({ brokers, partitions, size }) => {
  const base = { seedBrokers: brokers, transport: tcp(), clientId: 'bench' }
  /** @type {Client | undefined} */
  let producer

  return {
    /**
     * A call per record, as a program does it: batches are the client's business. Acks all and idempotent are its defaults; so is snappy, which
     * the others do not have.
     */
    async produce(topic, count) {
      producer ??= new Client({ ...base, producer: { compression: ['none'] } })
      const payload = values(size)
      /** @type {Error | undefined} */
      let failure
      /** @param {unknown} _ @param {Error} [error] */
      const onDelivery = (_, error) => {
        failure ??= error
      }
      for (let sent = 0; sent < count; sent++) await producer.produce({ topic, value: payload[sent & 255] }, { onDelivery })
      await producer.flush()
      if (failure) throw failure
      return { records: count, bytes: count * size }
    },

    /** Polls, and looks at every record. */
    async consume(topic, count) {
      const from = new Map(Array.from({ length: partitions }, (_, partition) => [partition, Offset.atStart()]))
      const consumer = new Client({ ...base, consumer: { partitions: new Map([[topic, from]]) } })
      const { moved, add } = counter(count)
      while (moved.records < count) {
        const fetches = await consumer.pollFetches()
        for (const { error } of fetches.errors()) throw error
        for (const record of fetches.records()) add(record.value?.length ?? 0)
      }
      void consumer.close()
      return moved
    },

    async close() {
      await producer?.close()
    },
  }
})
