import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode } from './codec.js'
import { readOffsetsLogRecord, readShareStateLogRecord, readTransactionLogRecord } from './coordinator-logs.js'
import * as data from './data/index.js'
import { anyInput, expectedOutput } from './testing/arbitrary.js'
import * as real from './testing/coordinator-logs.js'
import { decodeVersioned, encodeVersioned } from './versioned.js'

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
const hex = (from: Uint8Array) => Array.from(from, byte => byte.toString(16).padStart(2, '0')).join('')
const read = <R>(rows: readonly (readonly [string, string | null])[], by: (key: Uint8Array, value: Uint8Array | null) => R) =>
  rows.map(([key, value]) => by(bytes(key), value === null ? null : bytes(value)))

describe('what a real broker wrote', () => {
  const offsets = read(real.offsetsLog, readOffsetsLogRecord)

  test('a commit of a classic group and one of a consumer group, with metadata, time, epoch and topic id', () => {
    expect(offsets.filter(record => record.type === 'OffsetCommit')).toEqual([
      {
        type: 'OffsetCommit',
        key: { group: 'classic', topic: 'orders', partition: 0 },
        value: expect.objectContaining({
          offset: 7n,
          leaderEpoch: -1,
          metadata: '',
          commitTimestamp: 1795380583154n,
          expireTimestamp: -1n,
        }),
      },
      {
        type: 'OffsetCommit',
        key: { group: 'modern', topic: 'orders', partition: 0 },
        value: expect.objectContaining({ offset: 7n, leaderEpoch: 0, topicId: 'sPOkqHLrT_26tVZ_nRlPOg' }),
      },
    ])
  })
  test('a classic group while it has a member and after, with what the member subscribed to and was given', () => {
    const groups = offsets.filter(record => record.type === 'GroupMetadata').map(({ value }) => value!)
    expect(groups.map(({ generation, members }) => [generation, members.length])).toEqual([
      [0, 0],
      [1, 1],
      [2, 0],
    ])
    const [member] = groups[1].members
    expect(member).toMatchObject({
      clientId: 'rdkafka',
      clientHost: '/127.0.0.1',
      rebalanceTimeout: 300_000,
      sessionTimeout: 6000,
      groupInstanceId: null,
    })
    expect(decodeVersioned(data.ConsumerProtocolSubscription, member.subscription).value.topics).toEqual(['orders'])
    expect(decodeVersioned(data.ConsumerProtocolAssignment, member.assignment).value.assignedPartitions).toEqual([
      { topic: 'orders', partitions: [0] },
    ])
  })
  test('a member of a consumer group comes, has its partition with the epoch it got it in, and is gone: a tombstone', () => {
    const [here, gone] = offsets.filter(record => record.type === 'ConsumerGroupMemberMetadata')
    expect(here.value).toMatchObject({
      clientId: 'console-consumer',
      subscribedTopicNames: ['orders'],
      rebalanceTimeoutMs: 300_000,
      classicMemberMetadata: null,
    })
    expect(gone).toEqual({ type: 'ConsumerGroupMemberMetadata', key: here.key, value: null })
    const [current] = offsets.filter(record => record.type === 'ConsumerGroupCurrentMemberAssignment')
    expect(current.value).toMatchObject({ memberEpoch: 2, assignedPartitions: [{ partitions: [0], assignmentEpochs: [2] }] })
  })
  test('every record of the three topics is known, and writing it again gives the same bytes', () => {
    const logs = [
      [real.offsetsLog, offsets],
      [real.transactionLog, read(real.transactionLog, readTransactionLogRecord)],
      [real.shareStateLog, read(real.shareStateLog, readShareStateLogRecord)],
    ] as const
    const tables: Record<string, data.OffsetCommitKey> = data as never
    for (const [rows, records] of logs) {
      records.forEach((record, index) => {
        if (record.type === 'unknown') throw new Error(`unknown: ${rows[index]}`)
        const [key, value] = rows[index]
        expect(hex(encode(tables[`${record.type}Key`] as never, record.key as never, 0))).toBe(key.slice(4))
        if (value === null) expect(record.value).toBeNull()
        else {
          const version = Number.parseInt(value.slice(0, 4), 16)
          expect(hex(encodeVersioned(tables[`${record.type}Value`] as never, record.value as never, version))).toBe(value)
        }
      })
    }
  })
  test('a transaction: empty, ongoing with its partition, prepared, complete', () => {
    const states = read(real.transactionLog, readTransactionLogRecord).filter(record => record.type === 'TransactionLog')
    const payments = states.filter(({ key }) => key.transactionalId === 'payments').map(({ value }) => value!)
    expect(payments.map(({ transactionStatus }) => transactionStatus)).toEqual([0, 1, 2, 4])
    expect(payments[1]).toMatchObject({ producerId: 1n, producerEpoch: 0, transactionPartitions: [{ topic: 'orders', partitionIds: [0] }] })
    expect(payments[0]).toMatchObject({
      transactionStartTimestampMs: -1n,
      previousProducerId: 1n,
      nextProducerId: -1n,
      nextProducerEpoch: -1,
    })
  })
  test('the state of a partition that a share group reads', () => {
    const [snapshot] = read(real.shareStateLog, readShareStateLogRecord)
    expect(snapshot).toMatchObject({ type: 'ShareSnapshot', key: { groupId: 'sharing', partition: 0 }, value: { startOffset: 0n } })
  })
})

describe('what no table describes', () => {
  test('a key of a newer Kafka is unknown, with its version', () => {
    expect(readOffsetsLogRecord(bytes('7fff0102'), bytes('000301'))).toEqual({ type: 'unknown', keyVersion: 0x7fff, valueVersion: 3 })
    expect(readTransactionLogRecord(bytes('0001aa'), null)).toEqual({ type: 'unknown', keyVersion: 1, valueVersion: null })
    expect(readShareStateLogRecord(bytes('ffff'), null)).toEqual({ type: 'unknown', keyVersion: -1, valueVersion: null })
  })
  test('so is a value of a newer Kafka behind a key that is known', () => {
    const [[key]] = real.transactionLog
    expect(readTransactionLogRecord(bytes(key), bytes('0002ffff'))).toEqual({ type: 'unknown', keyVersion: 0, valueVersion: 2 })
  })
  test('a commit as 0.8.2 wrote it, under key version 0, is a commit', () => {
    const key = '0000' + '000167' + '000174' + '00000003'
    expect(readOffsetsLogRecord(bytes(key), bytes('0000' + '0000000000000009' + '00026d65' + '0000000000000005'))).toMatchObject({
      type: 'OffsetCommit',
      key: { group: 'g', topic: 't', partition: 3 },
      value: { offset: 9n, metadata: 'me', commitTimestamp: 5n },
    })
  })
  test.each<[string, string | null, string | null]>([
    ['no key', null, '0000'],
    ['a key of one byte', '00', null],
    ['a key that is cut off', '0001000167', null],
    ['a key with bytes behind it', '0002000167aa', null],
    ['a value of one byte', '0002000167', '00'],
    ['a value that is cut off', '0002000167', '000000'],
  ])('%s: a typed error', (_, key, value) => {
    expect(() => readOffsetsLogRecord(key === null ? null : bytes(key), value === null ? null : bytes(value))).toThrow(
      expect.objectContaining({ code: 'MALFORMED' }),
    )
  })
})

test('whatever a group coordinator can write comes back', () => {
  fc.assert(
    fc.property(fc.tuple(anyInput(data.GroupMetadataKey, 0), anyInput(data.GroupMetadataValue, 3)), ([key, value]) => {
      const record = readOffsetsLogRecord(
        Uint8Array.of(0, 2, ...encode(data.GroupMetadataKey, key as never, 0)),
        encodeVersioned(data.GroupMetadataValue, value as never, 3),
      )
      expect(record).toEqual({
        type: 'GroupMetadata',
        key,
        value: expectedOutput(data.GroupMetadataValue.fields, 3, value),
      })
    }),
    { seed: 7 },
  )
})

test('what a sticky member had and what a worker of Connect runs, byte for byte as Java writes them', () => {
  const had = { previousAssignment: [{ topic: 't', partitions: [1] }], generation: 5 }
  expect(hex(encode(data.StickyAssignorUserData, had, 1))).toBe('00000001' + '000174' + '00000001' + '00000001' + '00000005')
  expect(hex(encode(data.StickyAssignorUserData, had, 0))).toBe('00000001' + '000174' + '00000001' + '00000001')
  expect(hex(encode(data.CooperativeStickyAssignorUserData, { generation: 5 }, 0))).toBe('00000005')
  expect(hex(encodeVersioned(data.ConnectMemberMetadata, { url: 'u', configOffset: 2n }, 1))).toBe(
    '0001' + '000175' + '0000000000000002' + 'ffffffff',
  )
  const assignment = { error: 0, leader: 'l', leaderUrl: 'u', configOffset: 2n, assignment: [{ connector: 'c', tasks: [-1] }] }
  expect(hex(encodeVersioned(data.ConnectMemberAssignment, assignment, 2))).toBe(
    '0002' + '0000' + '00016c' + '000175' + '0000000000000002' + '00000001' + '000163' + '00000001' + 'ffffffff' + 'ffffffff' + '00000000',
  )
})
