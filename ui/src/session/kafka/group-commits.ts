/** What groups have committed: OffsetFetch at each coordinator. */
import { OffsetFetchRequest, type OffsetFetchResponse } from '@milena/client-core/protocol'
import type { Fault } from '../protocol.js'
import type { Asker, Asking, ShardOf } from './client.js'
import { faultFrom, kafkaFault } from './faults.js'

export interface Committed {
  topic: string
  partition: number
  /** null: no commit, or unknown for the fault's reason. */
  offset: bigint | null
  /** null: the group's member did not say. */
  epoch: number | null
  metadata: string | null
  fault: Fault | null
}
export interface GroupCommits {
  offsets: Committed[]
  fault: Fault | null
}

const WHAT = 'Committed offsets not read'

export async function committedOffsets(client: Asker, groups: readonly string[], options: Asking): Promise<Map<string, GroupCommits>> {
  const found = new Map<string, GroupCommits>()
  if (groups.length === 0) return found
  // Null topics ask for everything that the group has committed.
  const request = OffsetFetchRequest({ groups: groups.map(groupId => ({ groupId, topics: null })) })
  for (const shard of await client.requestSharded(request, options)) take(found, shard)
  return found
}

function take(found: Map<string, GroupCommits>, { broker, request, response, error }: ShardOf<typeof OffsetFetchRequest>): void {
  const coordinator = broker.nodeId < 0 ? null : broker.nodeId
  const asked = (request.body.groups ?? []).map(({ groupId }) => groupId)
  if (!response) for (const group of asked) found.set(group, { offsets: [], fault: faultFrom(error, WHAT, coordinator) })
  else if (response.groups.length > 0) for (const group of response.groups) found.set(group.groupId, commitsOf(group, coordinator))
  // Before v8 an answer is about one group, with its fields at the top.
  else if (asked.length === 1) found.set(asked[0], commitsOf(response, coordinator))
}

type Answered = Pick<OffsetFetchResponse, 'topics' | 'errorCode'>

function commitsOf({ topics, errorCode }: Answered, broker: number | null): GroupCommits {
  const offsets = topics.flatMap(topic =>
    topic.partitions.map(p => ({
      topic: topic.name,
      partition: p.partitionIndex,
      offset: p.errorCode !== 0 || p.committedOffset < 0n ? null : p.committedOffset,
      epoch: p.committedLeaderEpoch < 0 ? null : p.committedLeaderEpoch,
      metadata: p.metadata || null,
      fault: p.errorCode === 0 ? null : kafkaFault(p.errorCode, WHAT, broker),
    })),
  )
  return { offsets, fault: errorCode === 0 ? null : kafkaFault(errorCode, WHAT, broker) }
}
