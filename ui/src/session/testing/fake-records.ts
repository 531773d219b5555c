/** The record at an offset: derived from its place alone, so that a scan may start anywhere. */
import type { BatchFacts, RecordHeader, RecordRow } from '../protocol.js'
import { type FakeCluster, type FakePartition, type FakeTopic, scatter } from './fake-cluster.js'

const encoder = new TextEncoder()
export const utf8 = (text: string) => encoder.encode(text)

const types = ['OrderPlaced', 'OrderPaid', 'OrderShipped', 'OrderCancelled', 'OrderReturned']
const batchSize = 14n

export function recordAt(cluster: FakeCluster, topic: FakeTopic, partition: FakePartition, offset: bigint): RecordRow | null {
  const written = partition.written.get(offset)
  if (written) return written
  if (offset < partition.earliest || offset >= partition.latest) return null
  const seed = scatter(topic.name.length, partition.info.partition, offset)
  const age = Number(partition.latest - offset) * topic.spacing + (seed % 700)
  const { key, value, headers } = contents(topic, offset, seed)
  return row(topic, partition, offset, BigInt(cluster.startedAt - age), key, value, headers)
}

export function row(
  topic: FakeTopic,
  partition: FakePartition,
  offset: bigint,
  timestamp: bigint,
  key: Uint8Array | null,
  value: Uint8Array | null,
  headers: RecordHeader[],
): RecordRow {
  return {
    topic: topic.name,
    partition: partition.info.partition,
    offset,
    timestamp,
    timestampType: topic.name === 'audit.log' ? 'LogAppendTime' : 'CreateTime',
    leaderEpoch: partition.info.leaderEpoch,
    key,
    keySize: key ? key.length : -1,
    value,
    valueSize: value ? value.length : -1,
    headers,
    headerCount: headers.length,
    batch: batchOf(topic, partition, offset),
    control: null,
  }
}

function batchOf(topic: FakeTopic, partition: FakePartition, offset: bigint): BatchFacts {
  const baseOffset = offset - ((offset - partition.earliest) % batchSize)
  return {
    baseOffset,
    lastOffset: baseOffset + batchSize - 1n,
    records: Number(batchSize),
    codec: topic.codec,
    compressedBytes: topic.codec === 'none' ? 4_312 : 1_337,
    uncompressedBytes: 4_312,
    producerId: 40_119n,
    producerEpoch: 2,
    baseSequence: Number(baseOffset % 100_000n),
    transactional: false,
    magic: 2,
  }
}

interface Contents {
  key: Uint8Array | null
  value: Uint8Array | null
  headers: RecordHeader[]
}

function contents(topic: FakeTopic, offset: bigint, seed: number): Contents {
  switch (topic.shape) {
    case 'text':
      return {
        key: null,
        value: utf8(`level=${seed % 9 === 0 ? 'warn' : 'info'} user=${seed % 5000} action=login ip=10.0.${seed % 250}.7`),
        headers: [],
      }
    case 'binary':
      return {
        key: utf8(`card-${seed % 90_000}`),
        value: Uint8Array.from({ length: 24 + (seed % 40) }, (_, at) => scatter(seed, at) & 0xff),
        headers: [],
      }
    case 'compacted':
      return {
        key: utf8(`sku-${seed % 9000}`),
        value: seed % 11 === 0 ? null : utf8(`{"sku":"sku-${seed % 9000}","level":${seed % 400},"updated":${offset}}`),
        headers: [],
      }
    case 'awkward':
      return awkward[Number(offset % BigInt(awkward.length))]
    default:
      return order(seed)
  }
}

function order(seed: number): Contents {
  const id = 7_740_000 + (seed % 1200)
  const type = types[seed % types.length]
  if (seed % 41 === 0) return { key: utf8(`order-${id}`), value: null, headers: [{ key: 'x-reason', value: utf8('gdpr') }] }
  if (seed % 67 === 0) return { key: utf8(`order-${id}`), value: new Uint8Array(0), headers: [] }
  const amount = 1000 + (seed % 20_000)
  const lines = Array.from(
    { length: 1 + (seed % 3) },
    (_, at) => `{"sku":"sku-${scatter(seed, at) % 9000}","qty":${1 + (at % 3)},"price":${amount}}`,
  )
  const value = `{"type":"${type}","order_id":"order-${id}","ledger_seq":90071992547${40_000 + (seed % 59_999)},"total":{"amount":${amount},"currency":"EUR"},"method":"card","lines":[${lines.join(',')}],"risk_score":${seed % 3 === 0 ? 'null' : `0.${seed % 100}0`},"captured_at":"2026-11-20T13:30:54Z"}`
  return {
    key: utf8(`order-${id}`),
    value: utf8(value),
    headers: [
      { key: 'traceparent', value: utf8('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01') },
      { key: 'x-retry', value: utf8('1') },
      { key: 'x-retry', value: utf8('2') },
      { key: 'x-sig', value: Uint8Array.from({ length: 32 }, (_, at) => scatter(seed, at) & 0xff) },
      { key: 'x-parent', value: null },
    ],
  }
}

const big = (size: number) => utf8(`{"blob":"${'x'.repeat(size)}"}`)

/** What a viewer must not stumble over. */
const awkward: Contents[] = [
  { key: utf8('html'), value: utf8('<img src=x onerror="document.title=\'pwned\'"><b>bold</b> & &amp;'), headers: [] },
  { key: utf8('caf\u00e9'), value: Uint8Array.from([0x63, 0x61, 0x66, 0xc8, 0x20, 0x6f, 0x6b, 0xff]), headers: [] },
  {
    key: utf8('bidi \u202egnp.exe'),
    value: utf8('right\u202eto left\u202c, zero\u200bwidth, and \u0000 \u001b[31m controls\r\n\tnext line'),
    headers: [],
  },
  { key: null, value: utf8('null'), headers: [] },
  { key: new Uint8Array(0), value: null, headers: [{ key: '', value: new Uint8Array(0) }] },
  {
    key: utf8('numbers'),
    value: utf8('{"max":9223372036854775807,"price":0.10,"exp":1e400,"1":"first","a":1,"a":2,"neg":-0}'),
    headers: [],
  },
  { key: utf8('cut'), value: utf8('{"type":"OrderPlaced","order_id":"order-77'), headers: [] },
  { key: utf8('emoji \u{1F469}\u200d\u{1F680}'), value: utf8('"\u65e5\u672c\u8a9e \u{1F600} e\u0301"'), headers: [] },
  { key: utf8('large'), value: big(40_000), headers: [] },
  { key: Uint8Array.from([0, 0, 0, 0, 0, 0, 48, 57]), value: utf8('an int64 key'), headers: [] },
]
