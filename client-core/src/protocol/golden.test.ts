import { describe, expect, test } from 'vitest'
import { explainFrame } from './explain-frame.js'
import { decodeRequest, decodeResponse, encodeFrame, encodeResponseFrame, readRequestHeader } from './frame.js'
import { apis, FetchResponse, MetadataResponse, ProduceResponse, zeroUuid } from './index.js'
import type { ResponseMessage } from './message.js'
import { golden } from './testing/golden.js'

const bytes = (text: string) => Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
const body = (chunks: Uint8Array[]) => Uint8Array.from(chunks.flatMap(chunk => [...chunk])).subarray(4)
const cases = Object.entries(golden).map(([name, [request, response]]) => {
  const [api, version] = name.split(' ')
  return [name, [...apis.values()].find(one => one.name === api)!, Number(version), bytes(request), bytes(response)] as const
})

describe('what a real broker took and gave', () => {
  test.each(cases)('%s: the request', (_, { request }, version, frame) => {
    const { header, body: sent } = decodeRequest(request, frame)
    expect(header).toEqual(readRequestHeader(frame))
    expect(header).toMatchObject({ apiKey: request.key, apiVersion: version, clientId: 'golden' })
    expect(body(encodeFrame(request, version, header.correlationId, header.clientId, sent))).toEqual(frame)
    expect(explainFrame('request', request.key, version, frame).error).toBeUndefined()
  })
  test.each(cases)('%s: the answer', (_, { request, response }, version, asked, frame) => {
    const { correlationId, body: got } = decodeResponse(response, version, frame)
    expect(correlationId).toBe(readRequestHeader(asked).correlationId)
    expect(body(encodeResponseFrame(response, version, correlationId, got))).toEqual(frame)
    expect(explainFrame('response', request.key, version, frame).error).toBeUndefined()
  })
})

describe('and what it meant', () => {
  const answer = <M extends ResponseMessage>(message: M, version: number) =>
    decodeResponse(message, version, bytes(golden[`${message.api} ${version}`][1])).body

  test('Metadata: the broker, and a topic with two partitions', () => {
    for (const version of [0, 9, 13]) {
      const { brokers, topics } = answer(MetadataResponse, version)
      expect(brokers).toMatchObject([{ nodeId: 1, host: '127.0.0.1', rack: version === 0 ? null : 'rack-1' }])
      const orders = topics.find(({ name }) => name === 'orders2')!
      expect(orders.partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId]).sort()).toEqual([
        [0, 1],
        [1, 1],
      ])
      expect(orders.topicId === zeroUuid).toBe(version < 10)
    }
  })
  test('Produce: one partition took the batch, the other does not exist', () => {
    for (const version of [3, 13]) {
      const [{ partitionResponses }] = answer(ProduceResponse, version).responses
      expect(partitionResponses.map(({ index, errorCode }) => [index, errorCode])).toEqual([
        [0, 0],
        [9, 3],
      ])
      expect(typeof partitionResponses[0].baseOffset).toBe('bigint')
    }
  })
  test('Fetch: batches as one view, and an offset beyond the end', () => {
    for (const version of [4, 18]) {
      const [{ partitions }] = answer(FetchResponse, version).responses
      const [first, second] = [...partitions].sort((a, b) => a.partitionIndex - b.partitionIndex)
      expect(first).toMatchObject({ errorCode: 0, highWatermark: 11n })
      expect(first.records?.length).toBeGreaterThan(70)
      expect(second).toMatchObject({ errorCode: 1, highWatermark: -1n })
    }
  })
})
