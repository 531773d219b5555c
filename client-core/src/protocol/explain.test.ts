import { describe, expect, test } from 'vitest'
import { encode } from './codec.js'
import { type Explained, explain } from './explain.js'
import { explainFrame } from './explain-frame.js'
import { encodeFrame, encodeResponseFrame } from './frame.js'
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  ControlledShutdownRequest,
  FetchResponse,
  MetadataRequest,
  MetadataResponse,
  ProduceResponse,
} from './index.js'

/** The frame as a hook hands it on: without its size. */
const frame = (chunks: Uint8Array[]) => Uint8Array.from(chunks.flatMap(chunk => [...chunk])).subarray(4)
const leaves = (node: Explained): Explained[] => (node.children === undefined ? [node] : node.children.flatMap(leaves))
const find = (node: Explained, path: string): Explained => {
  const [name, ...rest] = path.split('.')
  const child = node.children?.find(one => one.name === name)
  if (child === undefined) throw new Error(`no ${name} among ${node.children?.map(one => one.name)}`)
  return rest.length === 0 ? child : find(child, rest.join('.'))
}

const topics = [{ errorCode: 3, name: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partitions: [] }]
const brokers = [{ nodeId: 7, host: 'localhost', port: 9092 }]

describe('a message that is whole', () => {
  test('each field stands where its bytes are, lengths included', () => {
    const bytes = encode(MetadataResponse, { brokers, topics, clusterId: 'c' }, 12)
    const { tree, error } = explain(MetadataResponse, bytes, 12)
    expect(error).toBeUndefined()
    expect(tree).toMatchObject({ name: 'MetadataResponse', offset: 0, length: bytes.length })
    expect(find(tree, 'brokers')).toMatchObject({ type: 'array of struct', value: '1 item', offset: 4 })
    const host = find(tree, 'brokers.[0].host')
    expect(host).toMatchObject({ type: 'string', value: 'localhost', offset: 9, length: 10 })
    expect(new TextDecoder().decode(bytes.subarray(host.offset + 1, host.offset + host.length))).toBe('localhost')
    expect(find(tree, 'topics.[0].errorCode')).toMatchObject({ value: 3, meaning: 'UNKNOWN_TOPIC_OR_PARTITION', isDefault: false })
    expect(find(tree, 'topics.[0].topicId')).toMatchObject({ note: 'v10+', value: 'AAAAAAAAAAAAAAAAAAAAAQ', length: 16 })
    expect(find(tree, 'brokers.[0].rack')).toMatchObject({ note: 'v1+, nullable', value: null, isDefault: true })
  })
  test('tagged fields say so, also those that no table knows', () => {
    const partition = { index: 0, errorCode: 6, baseOffset: -1n, currentLeader: { leaderId: 4, leaderEpoch: 9 } }
    const response = { responses: [{ name: 't', partitionResponses: [partition] }], unknownTags: new Map([[9, new Uint8Array(3)]]) }
    const { tree } = explain(ProduceResponse, encode(ProduceResponse, response, 10), 10)
    const leader = find(tree, 'responses.[0].partitionResponses.[0].tagged fields.currentLeader')
    expect(leader).toMatchObject({ note: 'tag 0, v10+', type: 'struct', length: 11, isDefault: false })
    expect(find(leader, 'leaderId')).toMatchObject({ value: 4, offset: leader.offset + 2, length: 4 })
    expect(find(tree, 'tagged fields.tag 9')).toMatchObject({ type: 'unknown', value: '3 bytes', length: 5 })
  })
  test('record batches are one leaf', () => {
    const partitions = [{ partitionIndex: 0, errorCode: 0, highWatermark: 1n, abortedTransactions: null, records: new Uint8Array(70) }]
    const { tree } = explain(FetchResponse, encode(FetchResponse, { responses: [{ topic: 't', partitions }] }, 4), 4)
    expect(find(tree, 'responses.[0].partitions.[0].records')).toMatchObject({ type: 'records', value: '70 bytes', length: 74 })
  })
})

describe('a frame', () => {
  test('begins with its header', () => {
    const bytes = frame(encodeFrame(MetadataRequest, 12, 77, 'me', { topics: null }))
    const { tree, error } = explainFrame('request', 3, 12, bytes)
    expect(error).toBeUndefined()
    expect(find(tree, 'header')).toMatchObject({ type: 'header v2', offset: 0, length: 13 })
    expect(find(tree, 'header.correlationId')).toMatchObject({ value: 77, offset: 4, length: 4 })
    expect(find(tree, 'header.clientId')).toMatchObject({ value: 'me', offset: 8, length: 4 })
    expect(find(tree, 'topics')).toMatchObject({ value: null, offset: 13, length: 1, isDefault: false })
    expect(leaves(tree).reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length)
  })
  test('of ApiVersions has the short header, and layout 0 when the broker did not know the version', () => {
    const refused = frame(encodeResponseFrame(ApiVersionsResponse, 0, 1, { errorCode: 35, apiKeys: [] }))
    expect(explainFrame('response', 18, 4, refused).error).toBeUndefined()
    const answer = frame(
      encodeResponseFrame(ApiVersionsResponse, 4, 1, { errorCode: 0, apiKeys: [{ apiKey: 0, minVersion: 0, maxVersion: 13 }] }),
    )
    const { tree, error } = explainFrame('response', 18, 4, answer)
    expect(error).toBeUndefined()
    expect(find(tree, 'header').type).toBe('header v0')
    expect(find(tree, 'apiKeys.[0].maxVersion').value).toBe(13)
  })
  test('of the oldest ControlledShutdown has no client id', () => {
    const bytes = frame(encodeFrame(ControlledShutdownRequest, 0, 1, null, { brokerId: 3 }))
    expect(find(explainFrame('request', 7, 0, bytes).tree, 'brokerId')).toMatchObject({ value: 3, offset: 8 })
  })
  test('of an unknown API or version is an error, not an exception', () => {
    expect(explainFrame('request', 999, 0, new Uint8Array(8)).error).toBe('no API has the key 999')
    expect(explainFrame('response', 3, 99, new Uint8Array(8)).error).toContain('MetadataResponse has the versions 0 to 13, not 99')
  })
})

describe('bytes that are broken or too many', () => {
  test('the tree goes up to the break, and says where it is', () => {
    const bytes = encode(ApiVersionsRequest, { clientSoftwareName: 'milena', clientSoftwareVersion: '1' }, 3).subarray(0, 5)
    const { tree, error, at } = explain(ApiVersionsRequest, bytes, 3)
    expect(error).toContain('string at offset 1')
    expect(at).toBe(0)
    expect(tree.children?.map(({ name }) => name)).toEqual(['clientSoftwareName'])
  })
  test('bytes behind the end are an error at their offset', () => {
    const bytes = encode(MetadataRequest, { topics: [] }, 0)
    expect(explain(MetadataRequest, Uint8Array.from([...bytes, 1, 2]), 0)).toMatchObject({
      at: 4,
      error: expect.stringContaining('2 bytes'),
    })
  })
  test('a long array shows its beginning and counts the rest; what follows is still found', () => {
    const many = Array.from({ length: 5000 }, (_, nodeId) => ({ nodeId, host: 'h', port: 1 }))
    const bytes = encode(MetadataResponse, { brokers: many, topics, clusterId: 'c' }, 9)
    const { tree, error } = explain(MetadataResponse, bytes, 9, { maxItems: 10 })
    expect(error).toBeUndefined()
    expect(find(tree, 'brokers')).toMatchObject({ value: '5000 items', hidden: 4990 })
    expect(find(tree, 'brokers').children).toHaveLength(10)
    expect(find(tree, 'clusterId').value).toBe('c')
  })
  test('the whole tree has a limit as well', () => {
    const brokers = Array.from({ length: 300 }, (_, nodeId) => ({ nodeId, host: 'h', port: 1 }))
    const { tree } = explain(MetadataResponse, encode(MetadataResponse, { brokers, topics: [] }, 9), 9, { maxNodes: 100 })
    expect(leaves(tree).length).toBeLessThan(120)
    expect(find(tree, 'topics').value).toBe('0 items')
  })
  test('a count that the bytes cannot hold stops at once', () => {
    expect(explain(MetadataRequest, new Uint8Array([0x7f, 0xff, 0xff, 0xff, 0, 0]), 0)).toMatchObject({
      error: expect.stringContaining('2147483647 items'),
    })
  })
})
