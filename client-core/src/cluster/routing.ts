import type { BrokerMetadata } from '../hooks/hooks.js'
import type { MetadataRequest, MetadataResponse } from '../protocol/api/metadata.js'
import { KafkaError } from '../protocol/errors.js'
import type { KafkaRequest, RequestMessage, ResponseTo } from '../protocol/message.js'
import { inRealTime } from '../real-time.js'
import type { CallOptions, Cluster, Target } from './cluster.js'
import type { ResponseShard } from './shard.js'

export type { ResponseShard } from './shard.js'

const controllerKeys = new Set([19, 20, 37, 43, 45, 46, 51, 52, 53, 54, 55, 56, 57, 58, 64, 80, 81])
const txnOffsetCommitKey = 28
/** The offsets that a transaction commits belong to the group's coordinator. */
const groupKeys = new Set([8, 11, 12, 13, 14, txnOffsetCommitKey, 47, 68, 76, 88, 91, 92])
const initProducerIdKey = 22
const transactionKeys = new Set([initProducerIdKey, 25, 26])
/** Of consumers, share and streams groups (KIP-848): the next one is due soon. */
const heartbeatKeys = new Set([68, 76, 88])
const metadataKey = 3
/** Those that several brokers answer. How they are split is loaded with the first of them. */
export const splitKeys: ReadonlySet<number> = new Set([
  2, 9, 10, 15, 16, 21, 23, 24, 27, 32, 33, 34, 35, 42, 44, 61, 65, 66, 69, 77, 89, 90,
])

/** Who can answer a request that is not split. */
function targetOf(key: number, body: unknown): Target {
  const { groupId, transactionalId } = body as { groupId?: string; transactionalId?: string | null }
  if (controllerKeys.has(key)) return 'controller'
  if (groupKeys.has(key) && groupId) return { coordinator: 'group', key: groupId }
  if (transactionKeys.has(key) && transactionalId) return { coordinator: 'transaction', key: transactionalId }
  return 'any'
}

/** Sends a request to whoever can answer it, trying again where that may help; the answers of several brokers come back as one. */
export async function sendRequest<M extends RequestMessage>(
  cluster: Cluster,
  request: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseTo<M>> {
  if (!splitKeys.has(request.message.key)) return sendWhole(cluster, request, options)
  const { askAsOne } = await inRealTime(import('./sharded.js'))
  return askAsOne(cluster, request, options)
}

async function sendWhole<M extends RequestMessage>(
  cluster: Cluster,
  { message, body }: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseTo<M>> {
  const target = targetOf(message.key, body)
  const isBeat = heartbeatKeys.has(message.key) && (body as { memberEpoch: number }).memberEpoch >= 0
  if (isBeat) return beat(cluster, target, { message, body }, options)
  const check = target === 'any' && message.key !== initProducerIdKey ? undefined : throwIfMoved
  const answer = await cluster.call(target, message, body, { check, ...options })
  feedCaches(cluster, { message, body }, answer)
  return answer
}

/** Takes over what an answer to Metadata says, whoever asked whom. */
export function feedCaches<M extends RequestMessage>(cluster: Cluster, { message, body }: KafkaRequest<M>, answer: ResponseTo<M>): void {
  if (message.key !== metadataKey) return
  cluster.takeMetadata(answer as unknown as MetadataResponse, (body as MetadataRequest).topics === null)
}

/** A heartbeat is not sent again by itself; one that leaves is. Its answer is data, also when the coordinator has moved. */
async function beat<M extends RequestMessage>(
  cluster: Cluster,
  target: Target,
  { message, body }: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseTo<M>> {
  const answer = await cluster.callOnce(target, message, body, options)
  const code = movedCode(answer)
  if (code !== 0) cluster.learn(new KafkaError(code), target)
  return answer
}

const movedCodes = new Set([14, 15, 16, 41])
/** Topics, their partitions. */
const deepest = 2

/** NOT_CONTROLLER and the coordinator's codes, at the top of an answer or in its first part: then they are in every part. 0: none of them. */
function movedCode(answer: unknown, depth = 0): number {
  const fields = answer as { readonly errorCode?: number }
  if (fields.errorCode !== undefined && movedCodes.has(fields.errorCode)) return fields.errorCode
  const parts: unknown = Object.values(fields).find(Array.isArray)
  const first: unknown = Array.isArray(parts) ? parts[0] : undefined
  return depth < deepest && typeof first === 'object' && first !== null ? movedCode(first, depth + 1) : 0
}
function throwIfMoved(answer: unknown): void {
  const code = movedCode(answer)
  if (code !== 0) throw new KafkaError(code)
}

/** The parts of a split request, each with its answer or its error; a request that is not split gives one. Never rejects. */
export async function sendSharded<M extends RequestMessage>(
  cluster: Cluster,
  request: KafkaRequest<M>,
  options: CallOptions,
): Promise<ResponseShard<M>[]> {
  let broker = cluster.brokers.nobody
  const onIssued = (_: number, to: BrokerMetadata) => {
    broker = to
  }
  try {
    if (splitKeys.has(request.message.key)) {
      const { askOwners } = await inRealTime(import('./sharded.js'))
      return await askOwners(cluster, request, options)
    }
    const response = await sendWhole(cluster, request, { ...options, onIssued })
    return [{ broker, request, response }]
  } catch (error) {
    return [{ broker, request, error: error as Error }]
  }
}
