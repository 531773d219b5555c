/** Consumer groups as every broker lists them, and what a row of the list needs beyond that. */
import { ListGroupsRequest } from '@milena/client-core/protocol'
import type { Fault, GroupInfo, GroupList, GroupSummary } from '../protocol.js'
import type { Asker, Asking } from './client.js'
import { faultFrom, kafkaFault } from './faults.js'
import { type Committed, committedOffsets, type GroupCommits } from './group-commits.js'
import { describeGroups } from './group-describe.js'
import { LATEST, listOffsets, type OffsetTable } from './offsets.js'

const WHAT = 'Groups not listed'

/** Asks every broker: each lists what it coordinates. */
export async function listGroups(client: Asker, options: Asking, now: () => number): Promise<GroupList> {
  const shards = await client.requestSharded(ListGroupsRequest({}), options)
  const faults: Fault[] = []
  const groups = new Map<string, GroupInfo>()
  for (const { broker, response, error } of shards) {
    const coordinator = broker.nodeId
    if (!response) faults.push(faultFrom(error, WHAT, coordinator))
    else if (response.errorCode !== 0) faults.push(kafkaFault(response.errorCode, WHAT, coordinator))
    // While a coordinator moves, two brokers may list a group: the one that knows its state is right.
    for (const { groupId, groupState, groupType, protocolType } of response?.groups ?? []) {
      if (groups.get(groupId)?.state && !groupState) continue
      groups.set(groupId, { group: groupId, state: groupState || null, type: groupType.toLowerCase() || null, protocolType, coordinator })
    }
  }
  const partial = { asked: shards.length, answered: shards.length - faults.length, faults }
  return { groups: [...groups.values()].sort((a, b) => (a.group < b.group ? -1 : 1)), partial, at: now() }
}

/** What is known of a group's type from the listing: decides which describe is asked first. */
export type TypeOf = (group: string) => string | null

export async function groupSummaries(client: Asker, groups: readonly string[], typeOf: TypeOf, options: Asking): Promise<GroupSummary[]> {
  const [described, commits] = await Promise.all([
    describeGroups(client, groups, typeOf, options),
    committedOffsets(client, groups, options),
  ])
  const ends = await endsOf(client, [...commits.values()], options)
  return groups.map(group => {
    const about = described.get(group)
    const committed = commits.get(group)
    const offsets = committed?.offsets ?? []
    const topics = new Set([...offsets.map(one => one.topic), ...(about?.members ?? []).flatMap(m => m.assignment.map(a => a.topic))])
    return {
      group,
      state: about?.fault ? null : (about?.state ?? null),
      members: about && !about.fault ? about.members.length : null,
      protocol: about?.protocol ?? null,
      topics: committed && !committed.fault ? topics.size : null,
      ...totalLag(offsets, ends),
      withoutCommit: withoutCommit(about?.members ?? [], offsets),
      fault: about?.fault ?? committed?.fault ?? null,
    }
  })
}

/** One ListOffsets per leader for every partition that any of the groups has committed. */
async function endsOf(client: Asker, commits: readonly GroupCommits[], options: Asking): Promise<OffsetTable> {
  const wanted = new Map<string, Set<number>>()
  for (const { topic, partition } of commits.flatMap(one => one.offsets)) {
    const partitions = wanted.get(topic) ?? new Set()
    wanted.set(topic, partitions.add(partition))
  }
  const topics = [...wanted].map(([topic, partitions]) => ({ topic, partitions: [...partitions] }))
  return listOffsets(client, topics, LATEST, 'read_uncommitted', options)
}

/** Over what can be compared; null when nothing can. A negative difference is not lag. */
export function totalLag(offsets: readonly Committed[], ends: OffsetTable): { lag: bigint | null } {
  let lag: bigint | null = null
  for (const one of offsets) {
    const end = ends.get(one.topic)?.get(one.partition)
    if (one.offset === null || !end || end.fault) continue
    const behind = end.offset - one.offset
    lag = (lag ?? 0n) + (behind > 0n ? behind : 0n)
  }
  return { lag }
}

interface Assigned {
  assignment: readonly { topic: string; partitions: readonly number[] }[]
}

/** Partitions that a member reads, or that the coordinator listed, without an offset. */
function withoutCommit(members: readonly Assigned[], offsets: readonly Committed[]): number {
  const committed = new Set(offsets.filter(one => one.offset !== null).map(one => `${one.partition} ${one.topic}`))
  const known = new Set(offsets.map(one => `${one.partition} ${one.topic}`))
  for (const { assignment } of members)
    for (const { topic, partitions } of assignment) for (const p of partitions) known.add(`${p} ${topic}`)
  return [...known].filter(key => !committed.has(key)).length
}
