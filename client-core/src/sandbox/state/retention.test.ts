import { expect, test } from 'vitest'
import { setup } from '../testing/setup.js'

const MINUTE = 60_000

test('a partition keeps about retention.bytes, and never less than its newest batch', async () => {
  const { sandbox } = await setup({
    topics: { small: { configs: { 'retention.bytes': '1000' } }, tiny: { configs: { 'retention.bytes': '1' } } },
  })
  for (let i = 0; i < 50; i++) sandbox.append('small', 0, [{ value: 'x'.repeat(200) }])
  expect(sandbox.offsets('small', 0)).toEqual({ start: 47n, end: 50n })
  for (let i = 0; i < 3; i++) sandbox.append('tiny', 0, [{ value: 'x' }])
  expect(sandbox.values('tiny', 0)).toEqual(['x'])
})

test('records older than retention.ms go when it is looked at, every five minutes', async () => {
  const { sandbox, clock } = await setup({ topics: { orders: { configs: { 'retention.ms': String(10 * MINUTE) } } } })
  sandbox.append('orders', 0, [{ value: 'old', timestamp: 1n }])
  await clock.advance(6 * MINUTE)
  sandbox.append('orders', 0, [{ value: 'new' }])
  expect(sandbox.values('orders', 0)).toEqual(['new'])
  expect(sandbox.offsets('orders', 0).start).toBe(1n)
})

test('an old timestamp can be read until then', async () => {
  const { sandbox } = await setup({ topics: { orders: 1 } })
  sandbox.append('orders', 0, [{ value: 'a', timestamp: 1n }])
  sandbox.append('orders', 0, [{ value: 'b', timestamp: 2n }])
  expect(sandbox.values('orders', 0)).toEqual(['a', 'b'])
})

test('a topic that is only compacted keeps everything; a setting changed later counts', async () => {
  const { sandbox } = await setup({ topics: { table: { configs: { 'cleanup.policy': 'compact', 'retention.bytes': '1' } } } })
  for (let i = 0; i < 3; i++) sandbox.append('table', 0, [{ key: 'k', value: 'x' }])
  expect(sandbox.values('table', 0)).toHaveLength(3)
  sandbox.setTopicConfig('table', 'cleanup.policy', 'compact,delete')
  sandbox.append('table', 0, [{ key: 'k', value: 'y' }])
  expect(sandbox.values('table', 0)).toEqual(['y'])
})

test('brokerConfigs bound topics that say nothing themselves', async () => {
  const { sandbox } = await setup({ brokerConfigs: { 'log.retention.bytes': '500' }, topics: { orders: 1 } })
  for (let i = 0; i < 20; i++) sandbox.append('orders', 0, [{ value: 'x'.repeat(100) }])
  expect(sandbox.values('orders', 0).length).toBeLessThan(5)
})
