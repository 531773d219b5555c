import { ClientError } from '../error.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import type { Input, KafkaRequest, RequestMessage, ResponseTo } from '../protocol/message.js'
import type { CallOptions, Cluster, Target } from './cluster.js'
import type { ResponseShard } from './shard.js'
import type { Asked, Piece, Sharder } from './sharders/sharder.js'
import { sharders } from './sharders/table.js'

/** How often a piece is split anew after answers which say that somebody else should be asked, or that this.cluster.brokers.nobody can be yet. */
const leaderTries = 4

/** A piece of the request's body on its way: how often it was tried, and the last try's request. */
interface Try<M extends RequestMessage> {
  body: Input<M>
  attempt: number
  retryOf?: number
}

/** The parts of a request of an API in the table of sharders, each with its answer or its error. Never rejects. */
export function askOwners<M extends RequestMessage>(
  cluster: Cluster,
  { message, body }: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseShard<M>[]> {
  return new ShardedCall(cluster, sharders.get(message.key)!, message, options).run({ body, attempt: 1 })
}

/** The same, the answers put together to one. @throws (rejects) the error of all parts, or `PARTIAL_FAILURE`. */
export async function askAsOne<M extends RequestMessage>(
  cluster: Cluster,
  request: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseTo<M>> {
  const { key, name } = request.message
  const shards = await askOwners(cluster, request, options)
  const answers = shards.flatMap(s => (s.response === undefined ? [] : [s.response as unknown]))
  const failed = shards.filter(s => s.error)
  if (failed.length === 0) return sharders.get(key)!.merge(answers) as ResponseTo<M>
  if (answers.length === 0) throw failed[0].error
  const why = failed.map(s => `broker ${s.broker.nodeId}: ${s.error?.message}`).join('; ')
  throw new ClientError(
    'PARTIAL_FAILURE',
    `${name}: ${failed.length} of ${shards.length} parts failed (${why}); requestSharded gives the rest`,
    { cause: failed[0].error },
  )
}

/** A request that is cut up, sent to several brokers, and cut up anew where one of them turned out to be the wrong one. */
class ShardedCall<M extends RequestMessage> {
  readonly #since: number
  readonly #asked: Asked = new Set()

  constructor(
    private readonly cluster: Cluster,
    private readonly sharder: Sharder,
    private readonly message: M,
    private readonly options: CallOptions,
  ) {
    this.#since = cluster.clock.now()
  }

  /** Never rejects: what went wrong is in the shards. */
  async run(now: Try<M>): Promise<ResponseShard<M>[]> {
    try {
      const pieces = (await this.sharder.split(this.cluster, now.body, this.#asked)) as Piece<Input<M>>[]
      this.cluster.retries.throwIfOver(this.options.signal)
      // What asks for nothing is asked of anybody, so that there is an answer.
      const all = pieces.length > 0 || now.attempt > 1 ? pieces : [{ target: 'any' as const, body: now.body }]
      const shards = await Promise.all(all.map(piece => this.#ask(piece, { ...now, body: piece.body })))
      return shards.flat()
    } catch (error) {
      return [this.#failed(now, error, this.cluster.brokers.nobody)]
    }
  }

  async #ask(piece: Piece<Input<M>>, now: Try<M>): Promise<ResponseShard<M>[]> {
    if (piece.target === undefined) {
      const mayAppear = this.cluster.retries.isRetriable(piece.error) && this.#mayTry(now, leaderTries)
      return mayAppear ? this.#again(now, this.cluster.brokers.nobody) : [this.#failed(now, piece.error, this.cluster.brokers.nobody)]
    }
    let broker = this.#targeted(piece.target)
    if (piece.error) return [this.#failed(now, piece.error, broker)]
    let retryOf: number | undefined
    const onIssued = (requestId: number, to: BrokerMetadata) => {
      retryOf = requestId
      broker = to
    }
    try {
      const answer = await this.#send(piece.target, now, onIssued)
      const refused = this.#mayTry(now, leaderTries) && this.sharder.refused?.(answer, now.body)
      const kept = refused ? refused.kept : { body: now.body, answer }
      const again = refused ? await this.#again({ ...now, body: refused.again as Input<M>, retryOf }, broker) : []
      return kept ? [this.#answered(kept.body as Input<M>, kept.answer, broker), ...again] : again
    } catch (error) {
      const singles = isUnsupported(error) ? ((this.sharder.singles?.(now.body) ?? []) as Input<M>[]) : []
      if (singles.length > 1) return (await Promise.all(singles.map(body => this.#ask({ ...piece, body }, { ...now, body })))).flat()
      if (!this.#isBound(now.body) || !this.cluster.retries.isRetriable(error) || !this.#mayTry(now))
        return [this.#failed(now, error, broker)]
      this.cluster.coordinators.forgetNode(broker.nodeId)
      return this.#again({ ...now, retryOf }, broker)
    }
  }

  #answered(body: Input<M>, answer: unknown, broker: BrokerMetadata): ResponseShard<M> {
    const response = (this.sharder.read?.(answer, body) ?? answer) as ResponseTo<M>
    return { broker, request: { message: this.message, body }, response }
  }

  #isBound(body: Input<M>): boolean {
    const { isBound = false } = this.sharder
    return typeof isBound === 'function' ? isBound(body) : isBound
  }

  /** A broker that leads or coordinates is asked once: if it fails, somebody else may do so by the time of the next try. */
  #send(target: Target, { body, attempt, retryOf }: Try<M>, onIssued: CallOptions['onIssued']): Promise<ResponseTo<M>> {
    const { min, max } = this.sharder.pin?.(body) ?? {}
    const { minVersion = min, maxVersion = max } = this.options
    const options = { ...this.options, minVersion, maxVersion, attempt, retryOf, onIssued }
    const fit = (version: number) => (this.sharder.fit?.(body, version) ?? body) as Input<M>
    return this.#isBound(body)
      ? this.cluster.callOnce(target, this.message, fit, options)
      : this.cluster.call(target, this.message, fit, options)
  }

  async #again(now: Try<M>, { nodeId }: BrokerMetadata): Promise<ResponseShard<M>[]> {
    try {
      await this.cluster.retries.pause(now.attempt, this.options.signal)
      await this.sharder.forget(this.cluster, now.body, this.#asked, nodeId)
    } catch (error) {
      return [this.#failed(now, error, this.cluster.brokers.nobody)]
    }
    return this.run({ ...now, attempt: now.attempt + 1 })
  }

  #mayTry({ attempt }: Try<M>, most?: number): boolean {
    return !this.options.signal?.aborted && this.cluster.retries.mayFollow(this.message.key, attempt, this.#since, 0, most)
  }

  #targeted(target: Target): BrokerMetadata {
    if (typeof target !== 'object' || !('broker' in target)) return this.cluster.brokers.nobody
    return this.cluster.brokers.byId(target.broker)?.metadata ?? { nodeId: target.broker, host: '', port: 0 }
  }

  #failed({ body }: Try<M>, error: unknown, broker: BrokerMetadata): ResponseShard<M> {
    return { broker, request: { message: this.message, body }, error: error as Error }
  }
}

const isUnsupported = (error: unknown): boolean => error instanceof ClientError && error.code === 'UNSUPPORTED_VERSION'
