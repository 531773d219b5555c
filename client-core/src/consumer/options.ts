import { ClientError } from '../error.js'
import { type Check, flag, fn, int, oneOf, optionalText, type Spec, wrong } from '../options/check.js'
import { Offset } from './offset.js'
import type { PreferLagFn } from './prefer-lag.js'

type ByPartition<T> =
  | Readonly<Record<string, Readonly<Record<number, T>> | ReadonlyMap<number, T>>>
  | ReadonlyMap<string, ReadonlyMap<number, T>>
/** Offsets by topic and partition, as a caller writes them. */
export type OffsetsInput = ByPartition<Offset>

export interface ConsumerOptions {
  /** Topics to consume, all partitions of each, from `resetOffset`. */
  topics?: readonly string[]
  /**
   * Whether `topics` are regular expressions, each met by any part of a name. Then all topics of the cluster are read, each is looked at once, and
   * internal ones are never consumed; those that come later are found at the next `metadataMaxAgeMs`. Default false.
   */
  regex?: boolean
  /** Which partitions a fetch asks for first, by their lag: `preferLagAt(50n)`, or a function. Default: they take turns. */
  preferLag?: PreferLagFn
  /** Partitions to consume and where to begin: `{ orders: { 0: Offset.atEnd() } }`. */
  partitions?: OffsetsInput
  /** Where to begin when nothing says it, and where to go on when the offset is beyond the log's end. Default `Offset.atStart()`. */
  resetOffset?: Offset
  /** Bytes that one fetch may bring; one batch always comes whole. Default 52,428,800. */
  fetchMaxBytes?: number
  /** Bytes that the broker waits for. Default 1. */
  fetchMinBytes?: number
  /** How long it waits for them, in ms. Default 5,000. */
  fetchMaxWaitMs?: number
  /** Bytes that one partition may bring in one fetch. Default 1,048,576. */
  fetchMaxPartitionBytes?: number
  /** Whether records of aborted and open transactions are held back. Default `read_uncommitted`. */
  isolation?: 'read_committed' | 'read_uncommitted'
  /** Whether brokers remember what we fetch (KIP-227). Default true. */
  fetchSessions?: boolean
  /** Transaction markers are given out as records. Default false. */
  keepControlRecords?: boolean
  /** Errors that go away by themselves are given out, too. Default false. */
  keepRetryableFetchErrors?: boolean
  /**
   * What brought no record is given out, too, for its `nextOffset`: markers, aborted or compacted records were passed, or nothing is left up to the
   * end (which brokers tell once in a fetch session, and always without). For readers that have to know when they arrived. Default false.
   */
  keepEmptyFetches?: boolean
  /** Fetches in flight or not yet polled, over all brokers; 0 = one per broker, the default. With `fetchMaxBytes` it bounds the memory. */
  maxConcurrentFetches?: number
  /** The largest batch after decompression, in bytes. Default 1,073,741,824. */
  maxDecompressedBytes?: number
  /** Shown to `onBrokerWrite` hooks. Default `consume`. */
  initiator?: string
}
export type ResolvedConsumerOptions = Required<Omit<ConsumerOptions, 'partitions' | 'preferLag'>> & {
  partitions: ReadonlyMap<string, ReadonlyMap<number, Offset>>
  preferLag: PreferLagFn | undefined
}

const topics: Check<readonly string[]> = (v, path) => {
  if (v === undefined) return []
  if (!Array.isArray(v) || v.some(t => typeof t !== 'string' || t === '')) throw wrong(path, 'an array of topic names', v)
  return v
}
const offset =
  (fallback: Offset): Check<Offset> =>
  (v, path) => {
    if (v === undefined) return fallback
    if (!(v instanceof Offset)) throw wrong(path, 'an Offset: Offset.atStart(), Offset.at(5n) ...', v)
    return v
  }

/** Reads `{ topic: { partition: value } }`, as objects or Maps. */
export function byPartition<T>(input: unknown, path: string, read: (value: unknown, path: string) => T): Map<string, Map<number, T>> {
  const out = new Map<string, Map<number, T>>()
  if (input === undefined) return out
  for (const [topic, partitions] of entries(input, path)) {
    const inner = new Map<number, T>()
    for (const [key, value] of entries(partitions, `${path}.${topic}`)) {
      const partition = Number(key)
      if (!Number.isInteger(partition) || partition < 0) throw wrong(`${path}.${topic}`, 'an object or Map by partition number', key)
      inner.set(partition, read(value, `${path}.${topic}[${partition}]`))
    }
    out.set(String(topic), inner)
  }
  return out
}

function entries(input: unknown, path: string): Iterable<[unknown, unknown]> {
  if (input instanceof Map) return input
  if (typeof input !== 'object' || input === null) throw wrong(path, 'an object or a Map', input)
  return Object.entries(input)
}

export const offsetsByPartition = (input: unknown, path: string) =>
  byPartition(input, path, (v, p) => offset(undefined as never)(required(v, p), p))

function required(v: unknown, path: string): unknown {
  if (v === undefined) throw new ClientError('INVALID_OPTION', `${path} must be an Offset`)
  return v
}

export const consumerSpec: Spec<ResolvedConsumerOptions> = {
  topics,
  regex: flag(false),
  preferLag: fn<PreferLagFn | undefined>(undefined),
  partitions: offsetsByPartition,
  resetOffset: offset(Offset.atStart()),
  fetchMaxBytes: int(52_428_800, 1),
  fetchMinBytes: int(1, 0),
  fetchMaxWaitMs: int(5_000, 0),
  fetchMaxPartitionBytes: int(1_048_576, 1),
  isolation: oneOf(['read_committed', 'read_uncommitted'], 'read_uncommitted'),
  fetchSessions: flag(true),
  keepControlRecords: flag(false),
  keepRetryableFetchErrors: flag(false),
  keepEmptyFetches: flag(false),
  maxConcurrentFetches: int(0, 0),
  maxDecompressedBytes: int(1_073_741_824, 1),
  initiator: (v, path) => optionalText(v, path) ?? 'consume',
}

/** What options mean together. @throws ClientError `INVALID_OPTION`. */
export function checkConsumer(options: ResolvedConsumerOptions): ResolvedConsumerOptions {
  options.topics.forEach((topic, i) => {
    try {
      if (options.regex) new RegExp(topic)
    } catch {
      throw wrong(`consumer.topics[${i}]`, 'a regular expression, with consumer.regex', topic)
    }
  })
  return options
}
