import { readOffsetsLogRecord, readShareStateLogRecord, readTransactionLogRecord } from '@milena/client-core/protocol'
import { expect, test } from 'vitest'
import { kcatConsume, kcatGroup, kcatProduce } from './kafka/kcat.js'
import { kafkaTool } from './kafka/tools.js'
import { useKafka } from './kafka/use.js'

const kafka = useKafka()
const values = Array.from({ length: 3 }, (_, index) => ({ value: `v${index}` }))

/** `client-core/src/protocol/testing/coordinator-logs.ts` holds what such a run wrote. */
test('groups of each kind and a transaction: every record that the coordinators write is known', async () => {
  const { bootstrap } = kafka()
  const server = ['--bootstrap-server', bootstrap.join(), '--topic', 'orders']
  await kafka().createTopic('orders', { partitions: 1 })
  await kcatProduce(bootstrap, 'orders', values)
  await kcatProduce(bootstrap, 'orders', values, { settings: { 'transactional.id': 'payments' } })
  expect(await kcatGroup(bootstrap, 'classic', 'orders')).toBe(6)
  const modern = ['--group', 'modern', '--consumer-property', 'group.protocol=consumer', '--timeout-ms', '15000', '--max-messages', '6']
  await kafkaTool('consumer.ConsoleConsumer', [...server, '--from-beginning', ...modern])
  await kafkaTool('consumer.group.ShareGroupCommand', [...server, '--group', 'sharing', '--reset-offsets', '--to-earliest', '--execute'])

  const read = async <R>(topic: string, by: (key: Uint8Array | null, value: Uint8Array | null) => R) =>
    (await kcatConsume(bootstrap, topic)).map(({ key, value }) => by(key, value))
  const groups = await read('__consumer_offsets', readOffsetsLogRecord)
  const transactions = await read('__transaction_state', readTransactionLogRecord)
  const shares = await read('__share_group_state', readShareStateLogRecord)

  expect([...groups, ...transactions, ...shares].filter(({ type }) => type === 'unknown')).toEqual([])
  expect(groups).toContainEqual(expect.objectContaining({ type: 'OffsetCommit', key: { group: 'classic', topic: 'orders', partition: 0 } }))
  expect(groups.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['GroupMetadata', 'ConsumerGroupMemberMetadata', 'ConsumerGroupCurrentMemberAssignment']),
  )
  expect(transactions.map(record => (record.type === 'unknown' ? '' : record.key.transactionalId))).toContain('payments')
  expect(shares.length).toBeGreaterThan(0)
})
