import type { Cluster } from '../cluster/cluster.js'
import { closedError } from '../cluster/retries.js'
import { isRetriable } from '../cluster/retry.js'
import { InitProducerIdRequest } from '../protocol/api/init-producer-id.js'
import { KafkaError } from '../protocol/errors.js'

export interface ProducerIdentity {
  readonly id: bigint
  readonly epoch: number
}
export const noProducer: ProducerIdentity = { id: -1n, epoch: -1 }

/** An epoch is an int16; the broker gives a new id before it runs out. */
const lastEpoch = 32_766
/** The pause after a search for an id that used up its retries, as before a fourth try. */
const pauseAttempt = 3

interface Owner {
  /** There is an identity now, or it is time to ask again. */
  onIdentity(): void
  /** The brokers refuse to give one. */
  onRefused(error: Error): void
  /** No broker could be asked for now. */
  onFailed(error: Error): void
}

/** The id and epoch under which an idempotent producer writes (KIP-98). Loaded on first use. */
export class ProducerId {
  #current: ProducerIdentity | undefined
  #loading: Promise<ProducerIdentity> | undefined

  constructor(
    private readonly cluster: Cluster,
    private readonly initiator: string,
    private readonly signal: AbortSignal,
    private readonly owner: Owner,
  ) {}

  get current(): ProducerIdentity | undefined {
    return this.#current
  }

  /** Costs nothing while it loads already. */
  load(): void {
    if (this.#loading || this.#current || this.signal.aborted) return
    this.#loading = this.#init()
    this.#loading.then(
      identity => {
        this.#current = identity
        this.#goOn()
      },
      (error: Error) => this.#failed(error),
    )
  }

  /** @throws (rejects) what the search for it ended with. */
  loaded(): Promise<ProducerIdentity> {
    this.load()
    return this.#current ? Promise.resolve(this.#current) : (this.#loading ?? Promise.reject(closedError()))
  }

  /**
   * The next epoch (KIP-360), without asking: a broker takes a higher epoch from the producer itself. Only when `used` is still the present
   * identity: several partitions may ask for it on the same account. At the last epoch a new id is loaded.
   */
  bump(used: ProducerIdentity | undefined): void {
    const now = this.#current
    if (!now || used !== now || now === noProducer) return
    this.#current = now.epoch < lastEpoch ? { id: now.id, epoch: now.epoch + 1 } : undefined
  }

  /** A failure to get an id is final only when the broker refuses; a broker that cannot be reached may come back. */
  #failed(error: Error): void {
    if (this.signal.aborted) return
    if (!isRetriable(error)) {
      this.owner.onRefused(error)
      return this.#goOn()
    }
    this.owner.onFailed(error)
    const goOn = () => this.#goOn()
    this.cluster.retries.pause(pauseAttempt, this.signal).then(goOn, goOn)
  }

  #goOn(): void {
    this.#loading = undefined
    if (!this.signal.aborted) this.owner.onIdentity()
  }

  async #init(): Promise<ProducerIdentity> {
    const body = { transactionalId: null, transactionTimeoutMs: 60_000 }
    const check = (answer: unknown) => {
      const { errorCode } = answer as { errorCode: number }
      if (errorCode !== 0) throw new KafkaError(errorCode, 'InitProducerId was refused')
    }
    try {
      const options = { initiator: this.initiator, signal: this.signal, check }
      const answer = await this.cluster.call('any', InitProducerIdRequest, body, options)
      return { id: answer.producerId, epoch: answer.producerEpoch }
    } catch (error) {
      // A broker before 0.11 has no producer ids: kgo then produces without.
      if ((error as { code?: string }).code !== 'UNSUPPORTED_VERSION') throw error
      return noProducer
    }
  }
}
