import type { CodecName } from '../../compression/codec.js'
import type { Random } from '../../random.js'
import type { BatchRecordInput } from '../../records/encode.js'
import type { TopicOptions } from '../options.js'

/** What one event of a topic is: a record without its time. */
export type Event = Omit<BatchRecordInput, 'timestamp'>

/** A topic of the sample data: how it is set up, how much there is of it, and what its records are. */
export interface Source {
  readonly name: string
  readonly topic: TopicOptions
  /** Settings that it gets after its history was written. */
  readonly later?: Readonly<Record<string, string>>
  /** Records to begin with, spread over `hours`. */
  readonly history: number
  readonly hours: number
  /** Records that come live. 0: none. */
  readonly perSecond: number
  /** The most records that one batch holds. */
  readonly batch: number
  readonly codec?: CodecName
  /** How many producers write it, with ids from here on; without, its batches carry none. */
  readonly producers?: { readonly firstId: bigint; readonly count: number }
  /** About the offset that the first record has. */
  readonly offset: number
  /** The most offsets that are missing between two batches, as after compaction. */
  readonly gap?: number
  /** Whether its records are written in transactions, some of which abort. */
  readonly transactional?: boolean
  /** A new run of events; `next` gives one after the other. */
  readonly events: (random: Random) => { next(atMs: number): Event }
}

export const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
const utf8 = new TextEncoder()
export const bytesOf = (text: string): Uint8Array => utf8.encode(text)
/** Bounds what a live topic can take: this much per partition. */
export const keep = (kilobytes: number): Record<string, string> => ({ 'retention.bytes': String(kilobytes * 1024) })
