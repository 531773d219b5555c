import { isRetriable } from '../cluster/retry.js'
import { KafkaError } from '../protocol/errors.js'
import type { Settle } from './batch.js'
import type { ResolvedProducerOptions } from './options.js'
import type { ProducerRecord } from './record.js'

/** A record whose topic is not known yet. */
export interface Unplaced {
  record: ProducerRecord
  settle: Settle | undefined
  signal: AbortSignal | undefined
  bytes: number
  timestampMs: number | bigint
}
interface Waiting {
  records: Unplaced[]
  tries: number
}
interface Owner {
  place(topic: string, waiting: Unplaced): void
  fail(topic: string, waiting: Unplaced, error: Error): void
}

const unknownCodes = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'])

/** Records that wait for their topic's metadata, in the order in which they came: nothing produced later may overtake them. */
export class UnknownTopics {
  readonly #topics = new Map<string, Waiting>()
  /** While records are being placed they are in the buffer's count already. */
  isPlacing = false

  constructor(
    private readonly options: ResolvedProducerOptions,
    private readonly owner: Owner,
  ) {}

  get names(): Iterable<string> {
    return this.#topics.keys()
  }
  has(topic: string): boolean {
    return this.#topics.has(topic)
  }
  tries(topic: string): number {
    return this.#topics.get(topic)?.tries ?? 0
  }

  add(topic: string, waiting: Unplaced): void {
    const known = this.#topics.get(topic)
    if (known) known.records.push(waiting)
    else this.#topics.set(topic, { records: [waiting], tries: 0 })
  }

  placeAll(topic: string): void {
    const { records } = this.#topics.get(topic)!
    this.#topics.delete(topic)
    this.isPlacing = true
    for (const waiting of records) {
      try {
        this.owner.place(topic, waiting)
      } catch (error) {
        this.owner.fail(topic, waiting, error as Error)
      }
    }
    this.isPlacing = false
  }

  /** Metadata came without the topic, or not at all. Returns whether to ask again. An answer without partitions counts as an unknown topic. */
  failed(topic: string, errorCode: number | undefined, error: unknown): boolean {
    const waiting = this.#topics.get(topic)!
    waiting.tries++
    const why = error === undefined ? new KafkaError(errorCode || 'UNKNOWN_TOPIC_OR_PARTITION', `topic ${topic}`) : (error as Error)
    const { unknownTopicRetries } = this.options
    const unknown = why instanceof KafkaError && unknownCodes.has(why.code)
    const isFinal = unknown ? unknownTopicRetries >= 0 && waiting.tries > unknownTopicRetries : !isRetriable(why)
    if (!isFinal) return true
    this.fail(topic, why)
    return false
  }

  expire(isLate: (timestampMs: number | bigint) => boolean, error: (topic: string) => Error): void {
    for (const [topic, { records }] of [...this.#topics]) if (isLate(records[0].timestampMs)) this.fail(topic, error(topic))
  }

  failEverything(error: Error): void {
    for (const topic of [...this.#topics.keys()]) this.fail(topic, error)
  }

  /** Gives up what waits for the topic, if anything does. */
  fail(topic: string, error: Error): void {
    const records = this.#topics.get(topic)?.records ?? []
    this.#topics.delete(topic)
    for (const waiting of records) this.owner.fail(topic, waiting, error)
  }
}
