import { FetchRequest } from '../../protocol/api/fetch.js'
import type { Output } from '../../protocol/message.js'
import { nextSessionEpoch, type SessionPartition } from '../state/fetch-sessions.js'
import { forOldClients } from './fetch-old.js'
import { type Limits, type Located, locate, type PartitionAnswer, readAll } from './fetch-read.js'
import { changedOnly, type FetchPlan, planFetch } from './fetch-session.js'
import { byTopic, handler, type RequestContext } from './handler.js'
import { park } from './park.js'
import { endpoints } from './partition-access.js'

type Request = Output<typeof FetchRequest>

/**
 * Batches from partitions, waiting for enough of them. v7: sessions (KIP-227); v9 and v12: leader epochs (KIP-320, KIP-595); v11: the closest
 * replica (KIP-392); v13: topics by id (KIP-516); v16: the new leader in the answer (KIP-951).
 */
export const fetch = handler(FetchRequest, {
  versions: [4, 18],
  legacy: [0, 18],
  async handle(context, request, version) {
    const plan = planFetch(context, request, version)
    if ('error' in plan) return { errorCode: plan.error, responses: [] }
    const limits = limitsOf(context, request)
    await untilEnough(context, request, version, plan, limits)
    if (context.throttleMs > 0) return throttled(context, plan)
    const located = plan.partitions.map(asked => locate(context, request, version, asked))
    const answers = await forOldClients(readAll(context, located, limits), version, context.cluster.codecs)
    return answer(context, version, plan, answers)
  },
  failure: (request, code, version) => {
    // A request inside a session may name no partition at all: then the error can only stand at the top.
    const responses = request.topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(({ partition }) => ({
        partitionIndex: partition,
        errorCode: code,
        highWatermark: -1n,
        abortedTransactions: null,
        records: new Uint8Array(0),
      })),
    }))
    return { errorCode: version >= 7 && responses.length === 0 ? code : 0, responses }
  },
})

/** Kafka sends nobody records whom it tells to wait: the session goes on, and what was found is found again. */
function throttled({ broker }: RequestContext, { kind, session }: FetchPlan) {
  if (kind === 'full' && session) broker.sessions.close(session.id)
  if (kind === 'incremental' && session) session.epoch = nextSessionEpoch(session.epoch)
  return { errorCode: 0, sessionId: kind === 'incremental' ? (session?.id ?? 0) : 0, responses: [] }
}

function limitsOf({ cluster }: RequestContext, request: Request): Limits {
  const maxBytes = Math.min(request.maxBytes, cluster.settings.numberOfBroker('fetch.max.bytes'))
  return { maxBytes, minBytes: Math.min(request.minBytes, maxBytes), readCommitted: request.isolationLevel === 1 }
}

/** Parks until enough can be read, something is wrong with a partition, or `maxWaitMs` is over. */
async function untilEnough(context: RequestContext, request: Request, version: number, plan: FetchPlan, limits: Limits): Promise<void> {
  const look = () => plan.partitions.map(asked => locate(context, request, version, asked))
  const ready = (located: Located[]) => located.some(at => at.urgent) || readable(context, located, limits) >= limits.minBytes
  const located = look()
  if (request.maxWaitMs <= 0 || located.length === 0 || ready(located)) return
  const watched = new Set(located.flatMap(at => (at.partition ? [at.partition] : [])))
  await park(context, watched, request.maxWaitMs, () => ready(look()))
}

function readable({ broker }: RequestContext, located: readonly Located[], { minBytes, readCommitted }: Limits): number {
  let bytes = 0
  for (const { partition, asked } of located) {
    if (!partition) continue
    bytes += Math.min(
      partition.log.readableBytes(asked.fetchOffset, partition.readableEnd(readCommitted, broker.id), minBytes),
      asked.partitionMaxBytes,
    )
    if (bytes >= minBytes) break
  }
  return bytes
}

function answer(context: RequestContext, version: number, plan: FetchPlan, answers: PartitionAnswer[]) {
  const { session } = plan
  const told = plan.kind === 'incremental' ? changedOnly(plan, answers) : answers
  if (session) {
    session.usedAtMs = context.cluster.clock.now()
    if (plan.kind === 'incremental') session.epoch = nextSessionEpoch(session.epoch)
    for (const { asked, response } of answers) remember(asked, response)
  }
  const responses = byTopic(
    told,
    (a, b) => a.asked.topic === b.asked.topic && a.asked.topicId === b.asked.topicId,
    (first, all) => ({ topic: first.asked.topic, topicId: first.asked.topicId, partitions: all.map(each => each.response) }),
  )
  const leaders = version >= 16 ? told.flatMap(({ response }) => (response.currentLeader ? [response.currentLeader.leaderId] : [])) : []
  return { errorCode: 0, sessionId: session?.id ?? 0, responses, nodeEndpoints: endpoints(context, leaders) }
}

/** What the client of a session knows now; after an error it is to be told anew whatever comes next. */
function remember(asked: SessionPartition, response: PartitionAnswer['response']): void {
  asked.toldHighWatermark = response.errorCode === 0 ? response.highWatermark : -1n
  asked.toldLogStart = response.logStartOffset
}
