import { describe, expect, test } from 'vitest'
import { apis } from './apis.js'
import { decode, encode } from './codec.js'
import * as data from './data/index.js'
import { defaultOf } from './defaults.js'
import { FetchRequest, InitProducerIdRequest, ListOffsetsRequest, MetadataResponse, OffsetCommitRequest } from './index.js'
import type { Message } from './message.js'
import type { Field, Fields, FieldType } from './schema.js'
import { presence } from './struct.js'

const messages: readonly Message[] = [...[...apis.values()].flatMap(({ request, response }) => [request, response]), ...Object.values(data)]
const versionsOf = ({ versions: [first, last] }: Message) => Array.from({ length: last - first + 1 }, (_, i) => first + i)
const isRequired = ({ since, until, default: stated }: Field) => since === 0 && until === Number.POSITIVE_INFINITY && stated === undefined

/** What must be given and no more; arrays have one such item. */
function least(fields: Fields): Record<string, unknown> {
  const required = Object.entries(fields).filter(([, field]) => isRequired(field))
  return Object.fromEntries(required.map(([name, { type }]) => [name, leastOf(type)]))
}
function leastOf(type: FieldType): unknown {
  switch (type.kind) {
    case 'array':
      return [leastOf(type.of)]
    case 'struct':
      return least(type.fields)
    case 'int64':
      return 5n
    case 'bool':
      return true
    case 'string':
      return 'x'
    case 'uuid':
      return 'AAAAAAAAAAAAAAAAAAAAAQ'
    case 'bytes':
    case 'records':
      return Uint8Array.of(5)
    default:
      return 5
  }
}

/** The paths of fields that were left out and came back as something else than the default of Kafka's definition. */
function wrong(fields: Fields, version: number, output: Record<string, unknown>, path: string): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const [value, at] = [output[name], `${path}.${name}`]
    if (!isRequired(field) || presence(field, version) === 'absent') return same(value, defaultOf(field)) ? [] : [`${at}: ${value}`]
    const { type } = field
    if (type.kind === 'struct') return wrong(type.fields, version, value as Record<string, unknown>, at)
    if (type.kind !== 'array' || type.of.kind !== 'struct') return []
    const { of } = type
    return (value as Record<string, unknown>[]).flatMap(item => wrong(of.fields, version, item, at))
  })
}
const text = (value: unknown) =>
  JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one instanceof Uint8Array ? [...one] : one))
const same = (a: unknown, b: unknown) => text(a) === text(b)

describe('a field that is left out has the default of its definition on the wire, at every version', () => {
  test.each(messages.map(message => [message.name, message] as const))('%s', (_, message) => {
    for (const version of versionsOf(message)) {
      const output = decode(message, encode(message, least(message.fields), version), version) as Record<string, unknown>
      expect(wrong(message.fields, version, output, `${message.name} v${version}`)).toEqual([])
    }
  })
})

test('the defaults that ports forget', () => {
  const fetch = decode(FetchRequest, encode(FetchRequest, { maxWaitMs: 1, minBytes: 1, topics: [] }, 11), 11)
  expect(fetch).toMatchObject({ replicaId: -1, maxBytes: 0x7fffffff, sessionId: 0, sessionEpoch: -1 })
  const offsets = { replicaId: -1, topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: -1n }] }] }
  expect(decode(ListOffsetsRequest, encode(ListOffsetsRequest, offsets, 4), 4).topics[0].partitions[0].currentLeaderEpoch).toBe(-1)
  const init = { transactionalId: null, transactionTimeoutMs: 1 }
  expect(decode(InitProducerIdRequest, encode(InitProducerIdRequest, init, 3), 3)).toMatchObject({ producerId: -1n, producerEpoch: -1 })
  const commit = { groupId: 'g', topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: '' }] }] }
  const read = decode(OffsetCommitRequest, encode(OffsetCommitRequest, commit, 6), 6)
  expect([read.generationIdOrMemberEpoch, read.topics[0].partitions[0].committedLeaderEpoch]).toEqual([-1, -1])
  const metadata = decode(MetadataResponse, encode(MetadataResponse, { brokers: [], topics: [] }, 1), 1)
  expect(metadata).toMatchObject({ controllerId: -1, clusterAuthorizedOperations: -2147483648 })
})
