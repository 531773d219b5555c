import { codec } from '@milena/client-core/compression'
import {
  encodeFrame,
  encodeResponseFrame,
  FetchRequest,
  FetchResponse,
  MetadataRequest,
  MetadataResponse,
  ProduceRequest,
  ProduceResponse,
  SaslAuthenticateRequest,
  SaslAuthenticateResponse,
} from '@milena/client-core/protocol'
import { encodeBatch } from '@milena/client-core/records'
import { describe, expect, test } from 'vitest'
import { kafkaFrames, kafkaWords } from '../recorder/kafka-frames.js'
import { Reading } from '../recorder/reading.js'
import { Recorder } from '../recorder/recorder.js'
import { exchange, type FakeRequest } from '../testing/wire-events.js'
import type { FieldLine, WireSide } from '../wire-protocol.js'
import { Inspector } from './inspector.js'

/** A frame as hooks hand it out: without its size. */
function bodyOf(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole.subarray(4)
}

function setUp(options = {}) {
  const recorder = new Recorder(options)
  recorder.keepFrames = true
  const topicName = (id: string) => (id === 'AAAAAAAAAAAAAAAAAAAAAQ' ? 'orders' : undefined)
  const reading = new Reading(recorder, kafkaFrames, topicName)
  const inspector = new Inspector({ recorder, reading, words: kafkaWords, topicName, brokerAddress: () => 'b:9092', now: () => 0 })
  const lines = (id: number, side: WireSide, path: number[] = []) => inspector.fields({ id, side, path, from: 0, count: 100 })
  /** Follows names from the root; the last one's line. */
  const find = async (id: number, side: WireSide, ...names: string[]): Promise<FieldLine> => {
    let path: number[] = []
    let line: FieldLine | undefined
    for (const name of names) {
      line = (await lines(id, side, path)).find(one => one.name === name)
      if (!line) throw new Error(`no ${name}`)
      path = line.path
    }
    return line as FieldLine
  }
  return { recorder, inspector, lines, find, exchange: (request: FakeRequest) => exchange(recorder, request) }
}

/** The refused Produce of the design's mock: partition 7 moved to broker 3. */
const refused: FakeRequest = {
  requestId: 2413,
  apiKey: 0,
  apiVersion: 12,
  request: bodyOf(encodeFrame(ProduceRequest, 12, 2413, 'milena', { acks: -1, timeoutMs: 30_000, topicData: [] })),
  response: bodyOf(
    encodeResponseFrame(ProduceResponse, 12, 2413, {
      responses: [
        {
          name: 'orders.events',
          partitionResponses: [{ index: 7, errorCode: 6, baseOffset: -1n, currentLeader: { leaderId: 3, leaderEpoch: 19 } }],
        },
      ],
      nodeEndpoints: [{ nodeId: 3, host: 'kafka-3.shop.internal', port: 9094, rack: 'eu-1c' }],
    }),
  ),
}

describe('the tree of a frame', () => {
  test('names every field with its place, the size of the frame included', async () => {
    const { find, exchange, lines } = setUp()
    exchange(refused)
    expect((await lines(2413, 'response'))[0]).toMatchObject({ name: 'size', value: '111', offset: 0, length: 4 })
    expect(await find(2413, 'response', 'header', 'correlationId')).toMatchObject({ value: '2413', offset: 4, length: 4 })
    const error = await find(2413, 'response', 'responses', '0', 'partitionResponses', '0', 'errorCode')
    expect(error).toMatchObject({ value: '6', meaning: 'NOT_LEADER_OR_FOLLOWER', tone: 'error', offset: 0x1d, length: 2 })
    expect(await find(2413, 'response', 'responses', '0')).toMatchObject({ value: 'orders.events' })
    expect(await find(2413, 'response', 'responses', '0', 'partitionResponses', '0')).toMatchObject({ value: 'partition 7' })
  })

  test('a byte leads to the deepest field over it, and back', async () => {
    const { inspector, exchange, lines } = setUp()
    exchange(refused)
    const path = await inspector.fieldAt(2413, 'response', 0x1e)
    expect(path).not.toBeNull()
    const [parent, index] = [path!.slice(0, -1), path!.at(-1) as number]
    expect((await lines(2413, 'response', parent))[index]).toMatchObject({ name: 'errorCode', offset: 0x1d })
    expect(await inspector.fieldAt(2413, 'response', 9_999)).toBeNull()
  })

  test('topic ids are named where they are known', async () => {
    const { find, exchange } = setUp()
    const topics = [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', name: 'orders' }]
    exchange({ requestId: 1, apiKey: 3, apiVersion: 12, request: bodyOf(encodeFrame(MetadataRequest, 12, 1, 'm', { topics })) })
    expect(await find(1, 'request', 'topics', '0', 'topicId')).toMatchObject({ meaning: 'orders', length: 16 })
  })

  test('bytes that break off show the fields up to the break, and say so', () => {
    const { inspector, exchange } = setUp()
    exchange({ ...refused, response: refused.response?.subarray(0, 20) })
    const { response } = inspector.inspect(2413) ?? {}
    expect(response).toMatchObject({ is: 'kept', unreadable: expect.stringContaining('bytes') })
  })
})

describe('records inside a frame', () => {
  const records = [
    { key: 'k1', value: '{"id":1}', headers: [{ key: 'trace', value: null }], timestamp: 1_700_000_000_000n },
    { key: null, value: null, timestamp: 1_700_000_000_001n },
  ]
  const fetched = (batch: Uint8Array): FakeRequest => ({
    requestId: 5,
    apiKey: 1,
    apiVersion: 12,
    request: bodyOf(encodeFrame(FetchRequest, 12, 5, 'm', { maxWaitMs: 1, minBytes: 1, topics: [] })),
    response: bodyOf(
      encodeResponseFrame(FetchResponse, 12, 5, {
        responses: [
          { topic: 't', partitions: [{ partitionIndex: 0, errorCode: 0, highWatermark: 2n, abortedTransactions: null, records: batch }] },
        ],
      }),
    ),
  })
  const way = ['responses', '0', 'partitions', '0', 'records', 'batch 0']

  test('are opened down to keys, values and headers, each beside its bytes', async () => {
    const { find, exchange, inspector } = setUp()
    exchange(fetched(encodeBatch(records)))
    const value = await find(5, 'response', ...way, 'record 0', 'value')
    expect(value).toMatchObject({ value: '"{\\"id\\":1}"', type: '8 B' })
    const { response } = inspector.inspect(5) as { response: { bytes: Uint8Array } }
    expect(new TextDecoder().decode(response.bytes.subarray(value.offset + 1, value.offset + value.length))).toBe('{"id":1}')
    expect(await find(5, 'response', ...way, 'record 0', 'headers', '0', 'value')).toMatchObject({ value: 'null', tone: 'literal' })
    expect(await find(5, 'response', ...way, 'record 1', 'key')).toMatchObject({ value: 'null' })
    expect(await find(5, 'response', ...way, 'crc')).toMatchObject({ meaning: 'correct', length: 4 })
  })

  test('that were compressed are unpacked, without a place in the frame', async () => {
    const { find, exchange } = setUp()
    const many = Array.from({ length: 50 }, () => records[0])
    exchange(fetched(encodeBatch(many, { codec: await codec('lz4') })))
    expect(await find(5, 'response', ...way)).toMatchObject({ type: 'lz4', value: '50 records from offset 0' })
    expect(await find(5, 'response', ...way, 'record 49', 'key')).toMatchObject({ value: '"k1"', offset: -1 })
  })
})

describe('what is not there says why', () => {
  test('SASL is hidden, whatever was asked of it', async () => {
    const { inspector, exchange, lines, recorder } = setUp()
    const request = bodyOf(encodeFrame(SaslAuthenticateRequest, 2, 1, 'm', { authBytes: new TextEncoder().encode('\0alice\0hunter2') }))
    const response = bodyOf(
      encodeResponseFrame(SaslAuthenticateResponse, 2, 1, { errorCode: 0, errorMessage: null, authBytes: new Uint8Array() }),
    )
    exchange({ requestId: 1, apiKey: 36, apiVersion: 2, request, response })
    const inspection = inspector.inspect(1)
    expect([inspection?.request, inspection?.response]).toEqual(Array(2).fill({ is: 'hidden', because: 'SASL' }))
    expect(await lines(1, 'request')).toEqual([])
    expect(inspector.json(1, 'request')).toBe('')
    expect(recorder.frames.bytes).toBe(0)
  })

  test('evicted, too large, not recorded, not expected, in flight, failed', () => {
    const { inspector, recorder, exchange } = setUp({ frameBytes: 1_000, largestFrame: 600 })
    recorder.keepFrames = false
    exchange({ requestId: 1 })
    recorder.keepFrames = true
    exchange({ requestId: 2, sent: 100, received: 500 })
    exchange({ requestId: 3, sent: 700, received: 500 })
    exchange({ requestId: 4, noResponse: true, sent: 500 })
    exchange({ requestId: 5, readError: new Error('gone') })
    const of = (id: number) => inspector.inspect(id)
    expect(of(1)?.response).toEqual({ is: 'not recorded' })
    expect(of(2)?.request).toEqual({ is: 'dropped' })
    expect(of(3)?.request).toEqual({ is: 'too large', bytes: 700 })
    expect(of(4)?.response).toEqual({ is: 'none', because: 'no response expected' })
    expect(of(5)?.response).toEqual({ is: 'none', because: 'failed' })
    expect(of(77)).toBeNull()
  })
})

test('attempts of one request are found from any of them', () => {
  const { inspector, exchange } = setUp()
  exchange({ requestId: 1, readError: new Error('x') })
  exchange({ requestId: 2 })
  exchange({ requestId: 3, attempt: 2, retryOf: 1 })
  exchange({ requestId: 4, attempt: 3, retryOf: 3 })
  for (const id of [1, 3, 4]) expect(inspector.inspect(id)?.attempts.map(row => row.id)).toEqual([1, 3, 4])
})

test('as JSON: exact int64, bytes as base64', () => {
  const { inspector, exchange } = setUp()
  exchange(refused)
  const text = inspector.json(2413, 'response')
  expect(text).toContain('"baseOffset": -1')
  expect(JSON.parse(text)).toMatchObject({ responses: [{ name: 'orders.events' }] })
  const answer = bodyOf(encodeResponseFrame(MetadataResponse, 9, 1, { brokers: [], topics: [], clusterId: 'c' }))
  exchange({ requestId: 2414, apiKey: 3, apiVersion: 9, response: answer })
  expect(inspector.json(2414, 'response')).toContain('"clusterId": "c"')
})
