import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from '../../protocol/data/consumer-protocol.js'
import { encodeVersioned } from '../../protocol/versioned.js'
import type { Cluster } from '../state/cluster.js'
import type { Assignment, Group } from '../state/group.js'

export interface MemberSeed {
  /** Default `consumer-1`, `consumer-2` … */
  clientId?: string
  /** Default /10.0.0.1, /10.0.0.2 … */
  clientHost?: string
  /** Default: the client id and a suffix. */
  memberId?: string
  instanceId?: string
  rackId?: string
  /** Default: a share of the group's topics, as the range assignor gives it. */
  assignment?: Record<string, readonly number[]> | Assignment
}

/** Puts the members into the group and returns every partition that one of them reads. */
export function seedMembers(cluster: Cluster, group: Group, seeds: readonly MemberSeed[], topics: readonly string[]): [string, number][] {
  group.classicMembers.clear()
  group.consumerMembers.clear()
  const assigned: [string, number][] = []
  const read = new Set(topics)
  seeds.forEach((seed, i) => {
    const assignment = assignmentOf(seed) ?? share(cluster, topics, i, seeds.length)
    for (const [topic, partitions] of assignment) for (const partition of partitions) assigned.push([topic, partition])
    for (const topic of assignment.keys()) read.add(topic)
    addMember(group, seed, i, [...new Set([...topics, ...assignment.keys()])], assignment)
  })
  group.subscriptions = read
  return assigned
}

function addMember(group: Group, seed: MemberSeed, i: number, topics: string[], assignment: Assignment): void {
  const clientId = seed.clientId ?? `consumer-${i + 1}`
  const id = seed.memberId ?? `${clientId}-${suffix(`${group.id}/${clientId}/${i}`)}`
  const identity = { id, instanceId: seed.instanceId ?? null, clientId, clientHost: seed.clientHost ?? `/10.0.0.${i + 1}` }
  if (group.type === 'consumer') {
    group.consumerMembers.set(id, { ...identity, rackId: seed.rackId ?? null, epoch: group.epoch, topics, assignment, target: assignment })
  } else {
    group.classicMembers.set(id, { ...identity, ...consumerBytes(topics, group.epoch, assignment) })
  }
}

/** What consumers tell each other through a classic group; the broker passes it on unread. */
function consumerBytes(topics: readonly string[], generationId: number, assignment: Assignment) {
  const assignedPartitions = [...assignment].map(([topic, partitions]) => ({ topic, partitions }))
  return {
    metadata: encodeVersioned(ConsumerProtocolSubscription, { topics, generationId, ownedPartitions: [] }, 3),
    assignment: encodeVersioned(ConsumerProtocolAssignment, { assignedPartitions }, 3),
  }
}

function assignmentOf({ assignment }: MemberSeed): Assignment | undefined {
  return assignment && (assignment instanceof Map ? assignment : new Map(Object.entries(assignment)))
}

/** The range assignor: consecutive partitions of each topic, the first members one more where it does not come out even. */
function share(cluster: Cluster, topics: readonly string[], member: number, members: number): Assignment {
  const mine = new Map<string, number[]>()
  for (const topic of topics) {
    const count = cluster.topics.get(topic)?.partitions.length ?? 0
    const each = Math.floor(count / members)
    const extra = count % members
    const first = member * each + Math.min(member, extra)
    const length = each + (member < extra ? 1 : 0)
    if (length > 0)
      mine.set(
        topic,
        Array.from({ length }, (_, i) => first + i),
      )
  }
  return mine
}

/** Looks like the uuid that a broker puts behind a client id, the same on every run. */
function suffix(text: string): string {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  const hex = Array.from({ length: 32 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return ((state >>> 24) & 15).toString(16)
  }).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
