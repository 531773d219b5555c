import { ClientError } from '../error.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import type { MetadataRequest, MetadataResponse } from '../protocol/api/metadata.js'
import type { OffsetFetchRequest } from '../protocol/api/offset-fetch.js'
import { KafkaError } from '../protocol/errors.js'
import type { Input, KafkaRequest, RequestMessage, ResponseTo } from '../protocol/message.js'
import type { CallOptions, Cluster, Target } from './cluster.js'
import { isRetriable } from './retry.js'
import { isStale, type Piece, type Sharder, sharders } from './sharders.js'

/** One part of a request that was split over brokers, and what became of it. A Kafka error inside `response` is not an `error` of the shard. */
export interface ResponseShard<M extends RequestMessage = RequestMessage> {
  /** Node id -1 when no broker could be asked. */
  broker: BrokerMetadata
  request: KafkaRequest<M>
  response?: ResponseTo<M>
  error?: Error
}

const controllerKeys = new Set([19, 20, 37, 43, 45, 46, 51, 57, 64, 80, 81])
const groupKeys = new Set([8, 11, 12, 13, 14, 47, 68, 76])
const transactionKeys = new Set([22, 24, 25, 26, 28])
const metadataKey = 3
const offsetFetchKey = 9

/** Who can answer a request that is not split. */
function targetOf(key: number, body: unknown): Target {
  const fields = body as { groupId?: string; transactionalId?: string | null; v3AndBelowTransactionalId?: string }
  if (controllerKeys.has(key)) return 'controller'
  // The offsets that a transaction commits belong to the group's coordinator.
  if ((groupKeys.has(key) || key === 28) && fields.groupId) return { coordinator: 'group', key: fields.groupId }
  const transactionalId = fields.transactionalId ?? fields.v3AndBelowTransactionalId
  if (transactionKeys.has(key) && transactionalId) return { coordinator: 'transaction', key: transactionalId }
  return 'any'
}

/** Sends a request to whoever can answer it, trying again where that may help; the answers of several brokers come back as one. */
export async function sendRequest<M extends RequestMessage>(
  cluster: Cluster,
  request: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseTo<M>> {
  const sharder = sharders.get(request.message.key)
  if (!sharder) return sendWhole(cluster, request, options)
  const shards = await sendSharded(cluster, request, options)
  const answers = shards.flatMap(s => (s.response === undefined ? [] : [s.response as unknown]))
  const failed = shards.filter(s => s.error)
  if (failed.length === 0) return sharder.merge(answers) as ResponseTo<M>
  if (answers.length === 0) throw failed[0].error
  const why = failed.map(s => `broker ${s.broker.nodeId}: ${s.error?.message}`).join('; ')
  throw new ClientError(
    'PARTIAL_FAILURE',
    `${request.message.name}: ${failed.length} of ${shards.length} parts failed (${why}); requestSharded gives the rest`,
    {
      cause: failed[0].error,
    },
  )
}

async function sendWhole<M extends RequestMessage>(
  cluster: Cluster,
  { message, body }: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseTo<M>> {
  const target = targetOf(message.key, body)
  const parkMs = parkOf(message.key, body)
  const check = target === 'any' ? undefined : (answer: unknown) => throwIfMoved(answer)
  const answer = await cluster.call(target, message, body, { parkMs, check, ...options })
  if (message.key === metadataKey) {
    const asked = (body as MetadataRequest).topics
    cluster.takeMetadata(answer as unknown as MetadataResponse, asked === null)
  }
  return answer
}

/** The time that the request itself lets the broker take. */
function parkOf(key: number, body: unknown): number {
  const fields = body as { timeoutMs?: number; maxWaitMs?: number; rebalanceTimeoutMs?: number; sessionTimeoutMs?: number }
  if (key === 11 || key === 14) return fields.rebalanceTimeoutMs ?? fields.sessionTimeoutMs ?? 0
  return Math.max(0, fields.timeoutMs ?? fields.maxWaitMs ?? 0)
}

/** NOT_CONTROLLER and the coordinator's codes, at the top of an answer or in its first part. */
function throwIfMoved(answer: unknown): void {
  const fields = answer as { errorCode?: number; [key: string]: unknown }
  const inner = Object.values(fields).find(Array.isArray) as { errorCode?: number }[] | undefined
  for (const code of [fields.errorCode, inner?.[0]?.errorCode]) {
    if (code === 14 || code === 15 || code === 16 || code === 41) throw new KafkaError(code)
  }
}

/** The parts of a split request, each with its answer or its error; a request that is not split gives one. Nothing is thrown for a part. */
export async function sendSharded<M extends RequestMessage>(
  cluster: Cluster,
  request: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseShard<M>[]> {
  const sharder = sharders.get(request.message.key)
  if (!sharder) {
    const broker = { nodeId: -1, host: '', port: 0 }
    try {
      return [{ broker, request, response: await sendWhole(cluster, request, options) }]
    } catch (error) {
      return [{ broker, request, error: error as Error }]
    }
  }
  return sendPieces(cluster, sharder, request, options, { attempt: 1, since: cluster.clock.now() })
}

/** How often a request was split, and since when. */
interface Tries {
  attempt: number
  since: number
}

async function sendPieces<M extends RequestMessage>(
  cluster: Cluster,
  sharder: Sharder,
  request: KafkaRequest<M>,
  options: CallOptions,
  tries: Tries,
): Promise<ResponseShard<M>[]> {
  const pieces = (await sharder.split(cluster, request.body)) as Piece<Input<M>>[]
  const shards = await Promise.all(pieces.map(piece => sendPiece(cluster, sharder, request.message, piece, options, tries)))
  return shards.flat()
}

async function sendPiece<M extends RequestMessage>(
  cluster: Cluster,
  sharder: Sharder,
  message: M,
  piece: Piece<Input<M>>,
  options: CallOptions,
  tries: Tries,
): Promise<ResponseShard<M>[]> {
  const nodeId = typeof piece.target === 'object' && 'broker' in piece.target ? piece.target.broker : -1
  const broker = cluster.brokers.byId(nodeId)?.metadata ?? { nodeId, host: '', port: 0 }
  const request = { message, body: piece.body }
  // A broker that is asked because it leads or coordinates may be the wrong one by now: the piece is split anew instead of asked again there.
  const again = async (): Promise<ResponseShard<M>[]> => {
    await cluster.retryPause(tries.attempt, options.signal)
    await forgetAll(cluster, piece.body)
    return sendPieces(cluster, sharder, request, options, { ...tries, attempt: tries.attempt + 1 })
  }
  if (piece.target === undefined) {
    const mayAppear = isRetriable(piece.error) && mayTry(cluster, message.key, tries, leaderTries)
    return mayAppear ? again() : [{ broker, request, error: piece.error }]
  }
  try {
    const answer = await callPiece(cluster, sharder, message, piece.target, piece.body, options)
    if (!sharder.codes(answer).some(isStale) || !mayTry(cluster, message.key, tries, leaderTries))
      return [{ broker, request, response: answer }]
    return await again()
  } catch (error) {
    const single = error instanceof ClientError && error.code === 'UNSUPPORTED_VERSION' ? singleGroups(message, piece.body) : []
    if (single.length > 0) {
      const parts = await Promise.all(single.map(body => sendPiece(cluster, sharder, message, { ...piece, body }, options, tries)))
      return parts.flat()
    }
    if (options.signal?.aborted || cluster.isClosed || !sharder.isBound || !isRetriable(error) || !mayTry(cluster, message.key, tries)) {
      return [{ broker, request, error: error as Error }]
    }
    cluster.coordinators.forgetNode(nodeId)
    return again().catch((later: Error) => [{ broker, request, error: later }])
  }
}

/** How often a piece is split anew after answers which say that somebody else should be asked, or that nobody can be yet. */
const leaderTries = 4

function mayTry(cluster: Cluster, key: number, { attempt, since }: Tries, most = cluster.options.requestRetries): boolean {
  const { retryTimeoutMs } = cluster.options
  const limit = typeof retryTimeoutMs === 'function' ? retryTimeoutMs(key) : retryTimeoutMs
  return attempt <= most && (limit === 0 || cluster.clock.now() - since < limit)
}

function callPiece<M extends RequestMessage>(
  cluster: Cluster,
  sharder: Sharder,
  message: M,
  target: Target,
  body: Input<M>,
  options: CallOptions,
): Promise<ResponseTo<M>> {
  const parkMs = parkOf(message.key, body)
  const send = <B extends Input<M> | ((version: number) => Input<M>)>(what: B, more: Partial<CallOptions> = {}) =>
    sharder.isBound
      ? cluster.callOnce(target, message, what, { parkMs, ...more, ...options })
      : cluster.call(target, message, what, { parkMs, ...more, ...options })
  if (message.key !== offsetFetchKey) return send(body)
  const fit = fitOffsetFetch(body as OffsetFetchRequest) as (version: number) => Input<M>
  // From version 10 on topics go by id; callers name them.
  return send(fit, { maxVersion: 9 })
}

/** The bodies that ask for one group each, when this one asks for several. */
function singleGroups<M extends RequestMessage>(message: M, body: Input<M>): Input<M>[] {
  const groups = message.key === offsetFetchKey ? ((body as OffsetFetchRequest).groups ?? []) : []
  return groups.length > 1 ? groups.map(group => ({ ...body, groups: [group] })) : []
}

/** What an answer has shown to be stale: leaders come with new metadata, coordinators are looked up again. */
async function forgetAll(cluster: Cluster, body: unknown): Promise<void> {
  const fields = body as {
    topics?: readonly { name?: string; topic?: string }[] | null
    groups?: readonly (string | { groupId: string })[]
    groupIds?: readonly string[]
  }
  for (const group of [...(fields.groups ?? []), ...(fields.groupIds ?? [])]) {
    cluster.coordinators.forget('group', typeof group === 'string' ? group : group.groupId)
  }
  const topics = (fields.topics ?? []).flatMap(t => t.name ?? t.topic ?? [])
  if (topics.length > 0) await cluster.loadMetadata(topics, { initiator: 'routing' })
}

/** A broker before OffsetFetch v8 answers for one group at a time, in fields at the top. */
function fitOffsetFetch(body: OffsetFetchRequest): (version: number) => OffsetFetchRequest {
  return version => {
    if (version >= 8 || !body.groups) return body
    if (body.groups.length !== 1)
      throw new ClientError('UNSUPPORTED_VERSION', `OffsetFetch v${version} asks for one group at a time, not ${body.groups.length}`)
    const [group] = body.groups
    const topics = group.topics === null ? null : group.topics.map(t => ({ name: t.name ?? '', partitionIndexes: t.partitionIndexes }))
    return { groupId: group.groupId, topics, requireStable: version >= 7 ? body.requireStable : false }
  }
}
