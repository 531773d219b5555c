import type { Cluster } from '../cluster/cluster.js'
import { InitProducerIdRequest } from '../protocol/api/init-producer-id.js'
import { KafkaError } from '../protocol/errors.js'

export interface ProducerIdentity {
  id: bigint
  epoch: number
}
export const noProducer: ProducerIdentity = { id: -1n, epoch: -1 }

/** An epoch is an int16; the broker gives a new id before it runs out. */
const lastEpoch = 32_766

/** The id and epoch under which an idempotent producer writes (KIP-98). Loaded once, on first use. */
export class ProducerId {
  #current: ProducerIdentity | undefined
  #loading: Promise<ProducerIdentity> | undefined

  constructor(
    private readonly cluster: Cluster,
    private readonly initiator: string,
  ) {}

  get current(): ProducerIdentity | undefined {
    return this.#current
  }

  load(signal?: AbortSignal): Promise<ProducerIdentity> {
    if (this.#current) return Promise.resolve(this.#current)
    this.#loading ??= this.#init(signal).finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  /** The next epoch (KIP-360), without asking: a broker takes a higher epoch from the producer itself. False when a new id must be loaded. */
  bump(): boolean {
    const now = this.#current
    this.#current = now && now.epoch < lastEpoch ? { id: now.id, epoch: now.epoch + 1 } : undefined
    return this.#current !== undefined
  }

  async #init(signal?: AbortSignal): Promise<ProducerIdentity> {
    const body = { transactionalId: null, transactionTimeoutMs: 60_000 }
    const check = (answer: unknown) => {
      const { errorCode } = answer as { errorCode: number }
      if (errorCode !== 0) throw new KafkaError(errorCode, 'InitProducerId was refused')
    }
    try {
      const answer = await this.cluster.call('any', InitProducerIdRequest, body, { initiator: this.initiator, signal, check })
      this.#current = { id: answer.producerId, epoch: answer.producerEpoch }
    } catch (error) {
      // A broker before 0.11 has no producer ids: kgo then produces without.
      if ((error as { code?: string }).code !== 'UNSUPPORTED_VERSION') throw error
      this.#current = noProducer
    }
    return this.#current
  }
}
