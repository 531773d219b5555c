import type { CodecName } from '../compression/codec.js'
import { type Check, flag, fn, int, oneOf, optionalText, type Spec, value, wrong } from '../options/check.js'
import type { Partitioner } from './partitioners/partitioner.js'
import { uniformBytesPartitioner } from './partitioners/uniform-bytes.js'

export interface CompressionChoice {
  codec: 'none' | CodecName
  level?: number
}

export interface ProducerOptions {
  /** The topic of records that name none. */
  defaultTopic?: string
  /** Who must have a batch before it counts as written: all in-sync replicas, the leader, or nobody (no answer, no offsets). Default `all`; idempotence needs `all`. */
  acks?: 'all' | 'leader' | 'none'
  /** Whether the broker drops what is sent twice and refuses what comes out of order (KIP-98). Default true. */
  idempotent?: boolean
  /** Codecs by preference; the first that the broker understands is used. Default snappy, then none: kgo's. */
  compression?: readonly (CompressionChoice | CompressionChoice['codec'])[] | CompressionChoice | CompressionChoice['codec']
  /** The largest batch, in bytes before compression. Default 1,000,012 (Kafka's max.message.bytes is 1,048,588). */
  batchMaxBytes?: number
  /** How long a batch may wait for company, in ms. Default 10. */
  lingerMs?: number
  /** Records that may be buffered; beyond it `produce` waits. Default 50,000. */
  maxBufferedRecords?: number
  /** The same in bytes of keys, values and headers. 0 = no limit, the default. */
  maxBufferedBytes?: number
  /** Nothing is sent before `flush`; a full buffer is an error (`MAX_BUFFERED`). Default false. */
  manualFlushing?: boolean
  /** How long the broker may wait for replicas, in ms. Default 10,000. */
  requestTimeoutMs?: number
  /** Requests in flight to one broker without idempotence. Default 1; with idempotence it is 4 once the broker has answered. */
  maxInflightPerBroker?: number
  /** Tries beyond the first of a batch. Default: no limit. */
  recordRetries?: number
  /** From a record's timestamp to its end, in ms. 0 = no limit, the default. */
  deliveryTimeoutMs?: number
  /** How often a topic may be unknown before its records fail; -1 = for ever. Default 4. */
  unknownTopicRetries?: number
  /** Chooses partitions for records that name none. Default `uniformBytesPartitioner()`. */
  partitioner?: Partitioner
  /** Whether lost records (the broker forgot our sequence) stop the producer. Default false: `onDataLoss` is told and producing goes on. */
  stopOnDataLoss?: boolean
  onDataLoss?: (topic: string, partition: number) => void
  /** Shown to `onBrokerWrite` hooks. Default `produce`. */
  initiator?: string
}
export type ResolvedProducerOptions = Required<Omit<ProducerOptions, 'defaultTopic' | 'compression' | 'onDataLoss'>> & {
  defaultTopic: string | undefined
  compression: readonly CompressionChoice[]
  onDataLoss: ((topic: string, partition: number) => void) | undefined
}

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

const choice = (v: unknown, path: string): CompressionChoice => {
  const codec = typeof v === 'object' && v !== null ? (v as CompressionChoice).codec : v
  if (!codecs.includes(codec as 'none')) throw wrong(path, `one of ${codecs.join(', ')}, or { codec, level }`, codec)
  const level = typeof v === 'object' && v !== null ? (v as CompressionChoice).level : undefined
  if (level !== undefined && !Number.isSafeInteger(level)) throw wrong(`${path}.level`, 'a whole number', level)
  return { codec: codec as CompressionChoice['codec'], level }
}
const compression: Check<readonly CompressionChoice[]> = (v, path) => {
  if (v === undefined) return [{ codec: 'snappy' }, { codec: 'none' }]
  const all = Array.isArray(v) ? v.map((item, i) => choice(item, `${path}[${i}]`)) : [choice(v, path)]
  if (all.length === 0) throw wrong(path, 'at least one codec', v)
  return all
}

export const producerSpec: Spec<ResolvedProducerOptions> = {
  defaultTopic: optionalText,
  acks: oneOf(['all', 'leader', 'none'], 'all'),
  idempotent: flag(true),
  compression,
  batchMaxBytes: int(1_000_012, 1_024, 1 << 30),
  lingerMs: int(10, 0, 60_000),
  maxBufferedRecords: int(50_000, 1),
  maxBufferedBytes: int(0, 0, Number.MAX_SAFE_INTEGER),
  manualFlushing: flag(false),
  requestTimeoutMs: int(10_000, 100),
  maxInflightPerBroker: int(1, 1, 1_000),
  recordRetries: int(Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY),
  deliveryTimeoutMs: int(0, 0),
  unknownTopicRetries: int(4, -1),
  partitioner: value<Partitioner>(
    uniformBytesPartitioner(),
    'a Partitioner',
    v => typeof (v as Partitioner | null)?.forTopic === 'function',
  ),
  stopOnDataLoss: flag(false),
  onDataLoss: fn<((topic: string, partition: number) => void) | undefined>(undefined),
  initiator: (v, path) => optionalText(v, path) ?? 'produce',
}

/** Options that contradict each other. */
export function checkProducer(options: ResolvedProducerOptions): ResolvedProducerOptions {
  if (options.idempotent && options.acks !== 'all') {
    throw wrong('producer.acks', "'all' unless producer.idempotent is false", options.acks)
  }
  return options
}
