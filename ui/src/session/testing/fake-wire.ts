/** Wire over a recorder that tests feed by hand: the session's own handlers, real frames, no client. */
import {
  encodeFrame,
  encodeResponseFrame,
  FetchRequest,
  FetchResponse,
  MetadataRequest,
  MetadataResponse,
  ProduceRequest,
  ProduceResponse,
} from '@milena/client-core/protocol'
import { encodeBatch } from '@milena/client-core/records'
import { wireHandlers } from '../host/wire-handlers.js'
import { WireRoom } from '../host/wire-room.js'
import { Recorder } from '../recorder/recorder.js'
import type { FakeOptions } from './fake.js'
import { brokerOf, exchange, type FakeRequest } from './wire-events.js'

export interface FakeWire {
  recorder: Recorder
  options: NonNullable<FakeOptions['wire']>
  send(request: FakeRequest): void
}

/** One page, whose number is 1: initiators are `view\t1`. */
export function fakeWire({ rows, now = Date.now }: { rows?: number; now?: () => number } = {}): FakeWire {
  const recorder = new Recorder({ rows, now })
  recorder.keepFrames = true
  const buffers = () => ({ fetchRecords: 12, fetchBytes: 11_200_000, fetchLimit: 32_000_000, produceRecords: 0, produceLimit: 10_000 })
  const base = {
    recorder,
    now,
    buffers,
    topicName: () => undefined,
    brokerAddress: (id: number) => `kafka-${id}.shop.internal:9094`,
  }
  const room = new WireRoom(base)
  const host = {
    ...base,
    isVisible: () => true,
    sleep: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
    wireRoom: async () => room,
  }
  return { recorder, options: wireHandlers(host, 1), send: request => exchange(recorder, request) }
}

/** A frame as hooks hand it out: without its size. */
export function frameOf(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole.subarray(4)
}

export const metadata = (requestId: number, change: Partial<FakeRequest> = {}): FakeRequest => ({
  requestId,
  apiKey: 3,
  apiVersion: 12,
  request: frameOf(encodeFrame(MetadataRequest, 12, requestId, 'milena', { topics: null })),
  response: frameOf(
    encodeResponseFrame(MetadataResponse, 12, requestId, {
      brokers: [1, 2, 3].map(id => brokerOf(id)),
      clusterId: 'q3Zt1mJv',
      controllerId: 2,
      topics: [{ errorCode: 0, name: 'orders.events', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partitions: [] }],
    }),
  ),
  ...change,
})

/** A Produce that a broker refuses since partition 7 has moved to broker 3. */
export const refused = (requestId: number, change: Partial<FakeRequest> = {}): FakeRequest => ({
  requestId,
  apiKey: 0,
  apiVersion: 12,
  broker: 2,
  queueMs: 10.1,
  writeMs: 0.4,
  waitMs: 3.4,
  readMs: 1,
  request: frameOf(
    encodeFrame(ProduceRequest, 12, requestId, 'milena', {
      acks: -1,
      timeoutMs: 30_000,
      topicData: [
        { name: 'orders.events', partitionData: [{ index: 7, records: encodeBatch([{ key: 'order-774', value: '{"id":774}' }]) }] },
      ],
    }),
  ),
  response: frameOf(
    encodeResponseFrame(ProduceResponse, 12, requestId, {
      responses: [
        {
          name: 'orders.events',
          partitionResponses: [{ index: 7, errorCode: 6, baseOffset: -1n, currentLeader: { leaderId: 3, leaderEpoch: 19 } }],
        },
      ],
      nodeEndpoints: [{ nodeId: 3, host: 'kafka-3.shop.internal', port: 9094, rack: 'eu-1c' }],
    }),
  ),
  ...change,
})

export const fetched = (requestId: number, change: Partial<FakeRequest> = {}): FakeRequest => ({
  requestId,
  apiKey: 1,
  apiVersion: 12,
  parkMs: 500,
  waitMs: 402,
  request: frameOf(
    encodeFrame(FetchRequest, 12, requestId, 'milena', {
      maxWaitMs: 500,
      minBytes: 1,
      topics: [{ topic: 'orders.events', partitions: [{ partition: 7, fetchOffset: 8n, partitionMaxBytes: 1_048_576 }] }],
    }),
  ),
  response: frameOf(
    encodeResponseFrame(FetchResponse, 12, requestId, {
      responses: [
        {
          topic: 'orders.events',
          partitions: [
            {
              partitionIndex: 7,
              errorCode: 0,
              highWatermark: 10n,
              abortedTransactions: null,
              records: encodeBatch([
                { key: 'k', value: '{"n":9007199254740993}', headers: [{ key: 'trace', value: 'a1' }], timestamp: 1_700_000_000_000n },
              ]),
            },
          ],
        },
      ],
    }),
  ),
  ...change,
})
