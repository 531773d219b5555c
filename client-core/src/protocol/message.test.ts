import { describe, expect, expectTypeOf, test } from 'vitest'
import type { Uuid } from '../bytes/uuid.js'
import { apis } from './apis.js'
import { decode, encode } from './codec.js'
import { MetadataRequest, MetadataResponse, ProduceRequest, ProduceResponse } from './index.js'
import type { Input, KafkaRequest, Output, ResponseTo } from './message.js'

describe('types come from the tables', () => {
  test('an input needs what every version has and Kafka gives no default; the rest may be left out', () => {
    expectTypeOf<Pick<ProduceRequest, 'acks' | 'transactionalId'>>().toEqualTypeOf<{
      readonly acks: number
      readonly transactionalId?: string | null
    }>()
    type Partition = ProduceRequest['topicData'][number]['partitionData'][number]
    expectTypeOf<Partition['records']>().toEqualTypeOf<Uint8Array | readonly Uint8Array[] | null>()
    expectTypeOf<{ acks: number; timeoutMs: number }>().not.toExtend<ProduceRequest>()
    expectTypeOf<{ acks: number; timeoutMs: number; topicData: [] }>().toExtend<ProduceRequest>()
  })
  test('an output has every field', () => {
    expectTypeOf<ProduceResponse['responses'][number]['topicId']>().toEqualTypeOf<Uuid>()
    expectTypeOf<ProduceResponse['responses'][number]['partitionResponses'][number]['baseOffset']>().toEqualTypeOf<bigint>()
    expectTypeOf<MetadataResponse['topics'][number]['name']>().toEqualTypeOf<string | null>()
    expectTypeOf<Output<typeof ProduceResponse>>().toEqualTypeOf<ProduceResponse>()
    expectTypeOf<Output<typeof ProduceResponse>>().toExtend<Input<typeof ProduceResponse>>()
  })
  test('a request knows its answer', () => {
    expectTypeOf<ResponseTo<typeof MetadataRequest>>().toEqualTypeOf<MetadataResponse>()
  })
})

test('a table called with a body gives a request to send', () => {
  const request = MetadataRequest({ topics: null })
  expect(request).toEqual({ message: MetadataRequest, body: { topics: null } })
  expectTypeOf(request).toExtend<KafkaRequest>()
})

test('a table says what it is', () => {
  const { kind, key, api, name, versions, flexible } = MetadataRequest
  expect({ kind, key, api, name, versions, flexible }).toEqual({
    kind: 'request',
    key: 3,
    api: 'Metadata',
    name: 'MetadataRequest',
    versions: [0, 13],
    flexible: 9,
  })
  expect(MetadataRequest.response).toBe(MetadataResponse)
  expect(apis.get(0)).toEqual({ key: 0, name: 'Produce', request: ProduceRequest, response: ProduceResponse })
  expect([...apis.keys()]).toEqual(Array.from({ length: 95 }, (_, key) => key))
})

test('what was not on the wire is shared, and cannot be changed for others', () => {
  const bytes = encode(ProduceResponse, { responses: [{ name: 't', partitionResponses: [{ index: 0, errorCode: 0, baseOffset: 1n }] }] }, 3)
  const [one, two] = [decode(ProduceResponse, bytes, 3), decode(ProduceResponse, bytes, 3)].map(
    ({ responses }) => responses[0].partitionResponses[0],
  )
  expect(one.currentLeader).toBe(two.currentLeader)
  expect(Object.isFrozen(one.currentLeader)).toBe(true)
  expect(Object.isFrozen(one.recordErrors)).toBe(true)
})
