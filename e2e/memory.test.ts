import { Client } from '@milena/client-core'
import { tcp } from '@milena/client-core/transport/node'
import { expect, test } from 'vitest'
import { useKafka } from './kafka/use.js'
import { buildStale } from './scripts/build.mjs'
import { root } from './scripts/paths.mjs'
import { must } from './scripts/run.mjs'

const kafka = useKafka()

test('a slow reader of a topic ten times the size of its fetch budget holds no more than the budget', async () => {
  await buildStale({ only: 'packages' })
  const [partitions, size, count, fetchMaxBytes] = [3, 1_000, 80_000, 8_000_000]
  await kafka().createTopic('large', { partitions })
  const writer = new Client({ seedBrokers: [...kafka().bootstrap], transport: tcp(), producer: { compression: 'none' } })
  for (let i = 0; i < count; i++) await writer.produce({ topic: 'large', value: new Uint8Array(size).fill(i), partition: i % partitions })
  await writer.flush()
  await writer.close()

  const task = JSON.stringify({ brokers: kafka().bootstrap, topic: 'large', partitions, count, fetchMaxBytes })
  const { stdout } = await must(process.execPath, ['--expose-gc', 'e2e/testing/slow-reader.mjs', task], { cwd: root, timeoutMs: 100_000 })
  const { read, bytes, most, buffered } = JSON.parse(stdout.toString())
  console.log(`held at most ${(most / 1e6).toFixed(1)} MB of ${(bytes / 1e6).toFixed(0)} MB, with a budget of ${fetchMaxBytes / 1e6} MB`)
  expect([read, bytes]).toEqual([count, count * size])
  expect(buffered).toBeLessThanOrEqual(fetchMaxBytes)
  // What is buffered, and beside it the answer that is being taken in.
  expect(most).toBeLessThan(3 * fetchMaxBytes)
})

test.each([
  ['that nobody waits for', false],
  ['with a callback each', true],
])('a million buffered records of 100 B, %s, take at most 2.5 times their bytes', async (_, waited) => {
  await buildStale({ only: 'packages' })
  const [count, size] = [1_000_000, 100]
  const task = JSON.stringify({ count, size, partitions: 3, waited })
  const { stdout } = await must(process.execPath, ['--expose-gc', 'e2e/testing/full-buffer.mjs', task], { cwd: root, timeoutMs: 100_000 })
  const { buffered, takes } = JSON.parse(stdout.toString())
  console.log(`${(takes / 1e6).toFixed(0)} MB for ${(count * size) / 1e6} MB of values`)
  expect(buffered).toBe(count)
  expect(takes).toBeGreaterThan(count * size)
  expect(takes).toBeLessThanOrEqual(2.5 * count * size)
})
