import type { FetchRequest } from '../../protocol/api/fetch.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import type { FetchSession, SessionPartition } from '../state/fetch-sessions.js'
import type { PartitionAnswer } from './fetch-read.js'
import type { RequestContext } from './handler.js'

type Request = Output<typeof FetchRequest>

/** Which partitions a Fetch is about, and the session that it belongs to. */
export interface FetchPlan {
  readonly kind: 'full' | 'incremental'
  readonly session: FetchSession | undefined
  readonly partitions: readonly SessionPartition[]
}

const FINAL_EPOCH = -1
const INITIAL_EPOCH = 0

/** KIP-227: epoch -1 fetches without a session (and ends the one that is named), 0 asks for a new one, others go on with one. */
export function planFetch({ broker, cluster }: RequestContext, request: Request, version: number): FetchPlan | { error: number } {
  const { sessionId, sessionEpoch } = request
  const byId = version >= 13
  if (version < 7 || sessionEpoch === FINAL_EPOCH || sessionEpoch === INITIAL_EPOCH) {
    if (sessionId !== 0) broker.sessions.close(sessionId)
    const partitions = asked(request, byId)
    const wanted = version >= 7 && sessionEpoch === INITIAL_EPOCH && partitions.size > 0
    const session = wanted ? broker.sessions.open(partitions, byId, cluster.clock.now()) : undefined
    return { kind: 'full', session, partitions: [...partitions.values()] }
  }
  const session = broker.sessions.get(sessionId)
  if (!session) return { error: errnoOf('FETCH_SESSION_ID_NOT_FOUND') }
  if (session.epoch !== sessionEpoch) return { error: errnoOf('INVALID_FETCH_SESSION_EPOCH') }
  if (session.usesTopicIds !== byId) return { error: errnoOf('FETCH_SESSION_TOPIC_ID_ERROR') }
  update(session, request, byId)
  if (session.partitions.size > 0) return { kind: 'incremental', session, partitions: [...session.partitions.values()] }
  broker.sessions.close(session.id)
  return { kind: 'full', session: undefined, partitions: [] }
}

function update(session: FetchSession, request: Request, byId: boolean): void {
  for (const [key, partition] of asked(request, byId)) {
    const known = session.partitions.get(key)
    if (known) Object.assign(known, { ...partition, toldHighWatermark: known.toldHighWatermark, toldLogStart: known.toldLogStart })
    else session.partitions.set(key, partition)
  }
  for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
    for (const partition of partitions) session.partitions.delete(keyOf(byId ? topicId : topic, partition))
  }
}

function asked(request: Request, byId: boolean): Map<string, SessionPartition> {
  const all = new Map<string, SessionPartition>()
  for (const { topic, topicId, partitions } of request.topics) {
    for (const { partition, currentLeaderEpoch, fetchOffset, lastFetchedEpoch, partitionMaxBytes } of partitions) {
      all.set(keyOf(byId ? topicId : topic, partition), {
        ...{ topic, topicId, partition, currentLeaderEpoch, fetchOffset, lastFetchedEpoch, partitionMaxBytes },
        toldHighWatermark: -1n,
        toldLogStart: -1n,
      })
    }
  }
  return all
}

const keyOf = (topic: string, partition: number) => `${partition}:${topic}`

/**
 * What an incremental answer leaves out: partitions without records, errors or news. Those that gave records go to the end of the session's order,
 * so that a small limit does not starve the others.
 */
export function changedOnly({ session }: FetchPlan, answers: readonly PartitionAnswer[]): PartitionAnswer[] {
  const told = answers.filter(({ asked, response, bytes }) => {
    const news = response.highWatermark !== asked.toldHighWatermark || response.logStartOffset !== asked.toldLogStart
    return (
      bytes > 0 || news || response.errorCode !== 0 || response.divergingEpoch !== undefined || response.preferredReadReplica !== undefined
    )
  })
  for (const { asked, bytes } of told) {
    if (bytes === 0) continue
    const key = keyOf(session?.usesTopicIds ? asked.topicId : asked.topic, asked.partition)
    session?.partitions.delete(key)
    session?.partitions.set(key, asked)
  }
  return told
}
