import { ClientError } from '../error.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import type { MetadataRequest, MetadataResponse } from '../protocol/api/metadata.js'
import { KafkaError } from '../protocol/errors.js'
import type { KafkaRequest, RequestMessage, ResponseTo } from '../protocol/message.js'
import type { CallOptions, Cluster, Target } from './cluster.js'
import { nobody, type ResponseShard, ShardedCall } from './sharded.js'
import { sharders } from './sharders/table.js'

export type { ResponseShard } from './sharded.js'

const controllerKeys = new Set([19, 20, 37, 43, 45, 46, 51, 52, 53, 54, 55, 56, 57, 58, 64, 80, 81])
const groupKeys = new Set([8, 11, 12, 13, 14, 47, 68, 76])
const transactionKeys = new Set([22, 24, 25, 26, 28])
const txnOffsetCommitKey = 28
const metadataKey = 3

/** Who can answer a request that is not split. */
function targetOf(key: number, body: unknown): Target {
  const fields = body as { groupId?: string; transactionalId?: string | null; v3AndBelowTransactionalId?: string }
  if (controllerKeys.has(key)) return 'controller'
  // The offsets that a transaction commits belong to the group's coordinator.
  if ((groupKeys.has(key) || key === txnOffsetCommitKey) && fields.groupId) return { coordinator: 'group', key: fields.groupId }
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
    { cause: failed[0].error },
  )
}

async function sendWhole<M extends RequestMessage>(
  cluster: Cluster,
  { message, body }: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseTo<M>> {
  const target = targetOf(message.key, body)
  const check = target === 'any' ? undefined : throwIfMoved
  const answer = await cluster.call(target, message, body, { check, ...options })
  if (message.key === metadataKey) {
    const asked = (body as MetadataRequest).topics
    cluster.takeMetadata(answer as unknown as MetadataResponse, asked === null)
  }
  return answer
}

const movedCodes = new Set([14, 15, 16, 41])
/** Topics, their partitions. */
const deepest = 2

/** NOT_CONTROLLER and the coordinator's codes, at the top of an answer or in its first part: then they are in every part. */
function throwIfMoved(answer: unknown, depth = 0): void {
  const fields = answer as { readonly errorCode?: number }
  if (fields.errorCode !== undefined && movedCodes.has(fields.errorCode)) throw new KafkaError(fields.errorCode)
  const parts: unknown = Object.values(fields).find(Array.isArray)
  const first: unknown = Array.isArray(parts) ? parts[0] : undefined
  if (depth < deepest && typeof first === 'object' && first !== null) throwIfMoved(first, depth + 1)
}

/** The parts of a split request, each with its answer or its error; a request that is not split gives one. Never rejects. */
export async function sendSharded<M extends RequestMessage>(
  cluster: Cluster,
  request: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseShard<M>[]> {
  const sharder = sharders.get(request.message.key)
  if (sharder) return new ShardedCall(cluster, sharder, request.message, options).run({ body: request.body, attempt: 1 })
  let broker = nobody
  const onIssued = (_: number, to: BrokerMetadata) => {
    broker = to
  }
  try {
    const response = await sendWhole(cluster, request, { ...options, onIssued })
    return [{ broker, request, response }]
  } catch (error) {
    return [{ broker, request, error: error as Error }]
  }
}
