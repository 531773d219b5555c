import type { Clock, TimerHandle } from '../clock.js'
import { ClientError } from '../error.js'
import type { ResolvedProducerOptions } from './options.js'
import type { PartitionQueue } from './partition-queue.js'
import { noProducer } from './producer-id.js'
import type { UnknownTopics } from './unknown-topics.js'

interface Owner {
  /** Why everything that is buffered is being given up, if it is. */
  readonly givingUp: Error | undefined
  readonly unknown: UnknownTopics
  queues(): Iterable<PartitionQueue>
  hasRecords(): boolean
  failed(queue: PartitionQueue, error: Error): void
}
type Options = Pick<ResolvedProducerOptions, 'recordRetries' | 'deliveryTimeoutMs'>

/** When records are given up: aborted, tried too often, or grown too old. The head batch's first record decides for all behind it. */
export class Expiry {
  #timer: TimerHandle | undefined

  constructor(
    private readonly clock: Clock,
    private readonly options: Options,
    private readonly owner: Owner,
  ) {}

  /** Fails the queue if its time has come. Returns whether it did. */
  check(queue: PartitionQueue): boolean {
    const error = this.#reason(queue)
    if (error) this.owner.failed(queue, error)
    return error !== undefined
  }

  sweep(): void {
    for (const queue of this.owner.queues()) this.check(queue)
  }

  /** Looks from time to time, while there are records that may grow too old. */
  watch(): void {
    const { deliveryTimeoutMs } = this.options
    if (deliveryTimeoutMs === 0 || this.#timer !== undefined) return
    const every = Math.max(10, deliveryTimeoutMs / 4)
    this.#timer = this.clock.setTimeout(() => {
      this.#timer = undefined
      this.sweep()
      this.owner.unknown.expire(
        timestampMs => this.#isLate(Number(timestampMs)),
        (topic, lastError) => this.#late(topic, lastError),
      )
      if (this.owner.hasRecords()) this.watch()
    }, every)
  }

  stop(): void {
    this.clock.clearTimeout(this.#timer)
  }

  /** Why the head batch should be given up, if it should be and may be: what the broker may still write must not be called failed. */
  #reason(queue: PartitionQueue): Error | undefined {
    const head = queue.batches[0]
    const isIdempotent = head?.identity !== undefined && head.identity !== noProducer
    if (!head || (isIdempotent && head.written && (head.unsure || queue.inflight > 0))) return undefined
    const { recordRetries, deliveryTimeoutMs } = this.options
    if (this.owner.givingUp) return this.owner.givingUp
    if (head.signal?.aborted) return new ClientError('ABORTED', 'the record was aborted by its signal', { cause: head.signal.reason })
    const cause = queue.lastError
    const where = `${queue.topic} partition ${queue.partition}`
    if (head.tries > recordRetries) {
      const message = `the batch for ${where} failed ${head.tries} times; producer.recordRetries is ${recordRetries}${last(cause)}`
      return new ClientError('RECORD_RETRIES', message, { cause })
    }
    if (deliveryTimeoutMs > 0 && this.#isLate(Number(head.builder.firstTimestamp))) return this.#late(where, cause)
    return undefined
  }

  #isLate(timestampMs: number): boolean {
    return this.clock.wallNow() - timestampMs >= this.options.deliveryTimeoutMs
  }

  #late(where: string, cause: Error | undefined): ClientError {
    const message = `the record for ${where} was not written within deliveryTimeoutMs ${this.options.deliveryTimeoutMs}${last(cause)}`
    return new ClientError('RECORD_TIMEOUT', message, { cause })
  }
}

const last = (cause: Error | undefined): string => (cause ? ` (last error: ${cause.message})` : '')
