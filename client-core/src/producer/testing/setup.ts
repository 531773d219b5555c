import { expect, onTestFinished } from 'vitest'
import { Client } from '../../client/client.js'
import type { ClientOptions } from '../../client/options.js'
import { virtualClock } from '../../clock.js'
import { codec } from '../../compression/index.js'
import { createSandbox, type SandboxOptions } from '../../sandbox/index.js'
import type { ProducerOptions } from '../options.js'
import type { ProducerRecord } from '../record.js'

/** A client over a sandbox of three brokers, on a clock that stands still, that has written one record, so that topic and id are known. */
export async function setup(producer: ProducerOptions = {}, more: Partial<ClientOptions> = {}, sandboxOptions: SandboxOptions = {}) {
  const clock = virtualClock()
  const faults: unknown[] = []
  const sandbox = await createSandbox({ clock, topics: { orders: 3 }, codec, onFault: error => faults.push(error), ...sandboxOptions })
  const client = new Client({
    seedBrokers: sandbox.seedBrokers,
    transport: sandbox.transport,
    clock,
    random: () => 0.5,
    producer: { compression: 'none', ...producer },
    ...more,
  })
  onTestFinished(async () => {
    await client.close()
    await sandbox.close()
    expect(faults).toEqual([])
  })
  /** The promise's result, with time moving on until it is there. */
  const soon = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false
    const settled = promise.finally(() => {
      isSettled = true
    })
    settled.catch(() => {})
    for (let i = 0; !isSettled && i < 2_000; i++) await clock.advance(20)
    return settled
  }
  /** What became of a record: delivered, or the code of its error. */
  const outcome = (record: ProducerRecord): Promise<string> =>
    client.send(record).then(
      () => 'delivered',
      (error: { code: string }) => error.code,
    )
  /** The values of a partition's log. */
  const log = (topic: string, partition: number) => sandbox.values(topic, partition)
  await soon(client.produceSync([{ topic: 'orders', partition: 0, value: 'first' }]))
  return { client, sandbox, clock, soon, outcome, log }
}
