import { expect, test } from 'vitest'
import { encode } from '../protocol/codec.js'
import {
  ControlRecordTypeSchema,
  EndTxnMarker,
  KRaftVersionRecord,
  LeaderChangeMessage,
  SnapshotFooterRecord,
  SnapshotHeaderRecord,
  VotersRecord,
} from '../protocol/data/control-records.js'
import type { Message } from '../protocol/message.js'
import { encodeVersioned } from '../protocol/versioned.js'
import { parseControlRecord } from './control-record.js'
import { RecordAttrs } from './record.js'

const control = new RecordAttrs(0x20)
const key = (type: number) => encodeVersioned(ControlRecordTypeSchema, { type }, 0)
const record = (type: number, value: Uint8Array | null) => ({ attrs: control, key: key(type), value, offset: 7n })

const voters = [
  {
    voterId: 3,
    voterDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    endpoints: [{ name: 'CONTROLLER', host: 'c.example', port: 65_000 }],
    kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
  },
]

test.each([
  [1, 'commit'],
  [0, 'abort'],
] as const)('a marker of type %i is a %s, with the epoch of the coordinator that wrote it', (type, name) => {
  expect(parseControlRecord(record(type, encodeVersioned(EndTxnMarker, { coordinatorEpoch: 12 }, 0)))).toEqual({
    type: name,
    coordinatorEpoch: 12,
  })
})

test('a marker as Kafka writes it, byte for byte', () => {
  const value = Uint8Array.of(0, 0, 0, 0, 0, 3)
  expect(parseControlRecord({ attrs: control, key: Uint8Array.of(0, 0, 0, 1), value, offset: 0n })).toEqual({
    type: 'commit',
    coordinatorEpoch: 3,
  })
})

test.each([0, 1])('a leader change of version %i tells the leader and the voters', version => {
  const voter = (voterId: number) => (version === 0 ? { voterId } : { voterId, voterDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAQ' as const })
  const value = encode(
    LeaderChangeMessage,
    { version, leaderId: 3, voters: [voter(1), voter(3)], grantingVoters: [voter(3)] } as never,
    version,
  )
  expect(parseControlRecord(record(2, value))).toEqual({ type: 'leader-change', leaderId: 3, voters: [1, 3], grantingVoters: [3] })
})

test.each<[number, Message, object, object]>([
  [
    3,
    SnapshotHeaderRecord,
    { version: 0, lastContainedLogTimestamp: 2n ** 53n + 1n },
    { type: 'snapshot-header', lastContainedLogTimestamp: 2n ** 53n + 1n },
  ],
  [4, SnapshotFooterRecord, { version: 0 }, { type: 'snapshot-footer' }],
  [5, KRaftVersionRecord, { version: 0, kRaftVersion: 1 }, { type: 'kraft-version', kRaftVersion: 1 }],
  [6, VotersRecord, { version: 0, voters }, { type: 'kraft-voters', voters }],
])('a record of type %i of a KRaft log says what its table names', (type, message, body, expected) => {
  expect(parseControlRecord(record(type, encode(message, body as never, 0)))).toEqual(expected)
})

test('what is not known keeps its number', () => {
  expect(parseControlRecord(record(9, null))).toEqual({ type: 'other', code: 9 })
})

test('a record of a client is no control record', () => {
  expect(() => parseControlRecord({ ...record(0, null), attrs: new RecordAttrs(0x10) })).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST' }),
  )
})

test.each<[string, Uint8Array | null, Uint8Array | null]>([
  ['no key', null, null],
  ['a key of one byte', Uint8Array.of(0), null],
  ['no value', key(1), null],
  ['a value that is cut off', key(1), Uint8Array.of(0, 0, 0, 0)],
  ['a snapshot header that is cut off', key(3), Uint8Array.of(0, 0, 0, 0)],
  ['a leader change that claims a million voters', key(2), Uint8Array.of(0, 0, 0, 0, 0, 1, 0xff, 0xff, 0x7f)],
])('%s: a typed error', (_, k, value) => {
  expect(() => parseControlRecord({ attrs: control, key: k, value, offset: 0n })).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
})
