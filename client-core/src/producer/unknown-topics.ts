import { aborted, isRetriable } from '../cluster/retry.js'
import { ClientError } from '../error.js'
import { KafkaError } from '../protocol/errors.js'
import type { ResolvedProducerOptions } from './options.js'
import type { ProducerRecord } from './record.js'
import type { Settle } from './waiting.js'

/** A record whose topic is not known yet. */
export interface Unplaced {
  record: ProducerRecord
  settle: Settle | undefined
  signal: AbortSignal | undefined
  bytes: number
  timestampMs: number | bigint
  /** Stops listening to the signal. */
  unwatch?: () => void
}
interface Waiting {
  records: Unplaced[]
  tries: number
  /** Whether metadata was asked for it since. */
  isAsked: boolean
  /** Answers before then were asked for by somebody else: they count for nothing. */
  nextAtMs: number
  lastError: Error | undefined
}
interface Owner {
  now(): number
  /** The pause before try `attempt + 1`, in ms. */
  pauseAfter(attempt: number): number
  fail(topic: string, waiting: Unplaced, error: Error): void
}

const unknownCodes = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'])

/** Records that wait for their topic's metadata, in the order in which they came: nothing produced later may overtake them. */
export class UnknownTopics {
  readonly #topics = new Map<string, Waiting>()

  constructor(
    private readonly options: Pick<ResolvedProducerOptions, 'unknownTopicRetries' | 'recordRetries'>,
    private readonly owner: Owner,
  ) {}

  get names(): Iterable<string> {
    return this.#topics.keys()
  }
  has(topic: string): boolean {
    return this.#topics.size > 0 && this.#topics.has(topic)
  }

  /** Whether the topic is new here, so that metadata should be asked for it. */
  add(topic: string, unplaced: Unplaced): boolean {
    const known = this.#topics.get(topic)
    if (known) known.records.push(unplaced)
    else this.#topics.set(topic, { records: [unplaced], tries: 0, isAsked: false, nextAtMs: 0, lastError: undefined })
    const { signal } = unplaced
    if (signal) {
      const onAbort = () => this.#give(topic, u => u === unplaced, aborted(signal))
      signal.addEventListener('abort', onAbort, { once: true })
      unplaced.unwatch = () => signal.removeEventListener('abort', onAbort)
    }
    return known === undefined
  }

  /** The topics that metadata is being asked for now. */
  ask(): string[] {
    for (const waiting of this.#topics.values()) waiting.isAsked = true
    return [...this.#topics.keys()]
  }

  /** The records of a topic that is known now; they wait no longer. */
  take(topic: string): Unplaced[] {
    const records = this.#topics.get(topic)?.records ?? []
    this.#topics.delete(topic)
    for (const unplaced of records) unplaced.unwatch?.()
    return records
  }

  /**
   * Metadata came without the topic, or not at all. Returns after how many ms to ask again; undefined when somebody does so anyway, or when it was
   * given up. An answer without partitions counts as an unknown topic.
   */
  missed(topic: string, errorCode: number | undefined, error: unknown): number | undefined {
    const waiting = this.#topics.get(topic)
    if (!waiting?.isAsked || this.owner.now() < waiting.nextAtMs) return undefined
    waiting.tries++
    const { tries } = waiting
    const why = error === undefined ? unknown(topic, errorCode, tries) : (error as Error)
    waiting.lastError = why
    if (this.#isFinal(why, tries)) {
      this.fail(topic, why)
      return undefined
    }
    const { recordRetries } = this.options
    if (tries > recordRetries) {
      const message = `topic ${topic} was not found in ${tries} tries; producer.recordRetries is ${recordRetries}`
      this.fail(topic, new ClientError('RECORD_RETRIES', message, { cause: why }))
      return undefined
    }
    const pauseMs = this.owner.pauseAfter(tries)
    waiting.nextAtMs = this.owner.now() + pauseMs
    return pauseMs
  }

  #isFinal(why: Error, tries: number): boolean {
    if (!(why instanceof KafkaError && unknownCodes.has(why.code))) return !isRetriable(why)
    const { unknownTopicRetries } = this.options
    return unknownTopicRetries >= 0 && tries > unknownTopicRetries
  }

  expire(isLate: (timestampMs: number | bigint) => boolean, error: (topic: string, lastError: Error | undefined) => Error): void {
    for (const [topic, { lastError }] of [...this.#topics]) this.#give(topic, u => isLate(u.timestampMs), error(topic, lastError))
  }

  failEverything(error: Error): void {
    for (const topic of [...this.#topics.keys()]) this.fail(topic, error)
  }

  /** Gives up what waits for the topic, if anything does. */
  fail(topic: string, error: Error): void {
    this.#give(topic, () => true, error)
  }

  #give(topic: string, isMeant: (unplaced: Unplaced) => boolean, error: Error): void {
    const waiting = this.#topics.get(topic)
    const given = waiting?.records.filter(isMeant) ?? []
    if (!waiting || given.length === 0) return
    waiting.records = waiting.records.filter(u => !given.includes(u))
    if (waiting.records.length === 0) this.#topics.delete(topic)
    for (const unplaced of given) {
      unplaced.unwatch?.()
      this.owner.fail(topic, unplaced, error)
    }
  }
}

function unknown(topic: string, errorCode: number | undefined, tries: number): KafkaError {
  const code = errorCode || 'UNKNOWN_TOPIC_OR_PARTITION'
  const plain = new KafkaError(code)
  if (!unknownCodes.has(plain.code)) return new KafkaError(code, `topic ${topic}`)
  return new KafkaError(code, `topic ${topic} is not there (asked ${tries} times): create it, or set allowAutoTopicCreation`)
}
