/** State and members of groups: DescribeGroups for classic ones, ConsumerGroupDescribe for those of KIP-848. */
import {
  ConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponse,
  DescribeGroupsRequest,
  type DescribeGroupsResponse,
} from '@milena/client-core/protocol'
import type { Fault, GroupMember } from '../protocol.js'
import { readAssignment } from './assignment.js'
import type { Asker, Asking } from './client.js'
import { clientFault, faultFrom, kafkaFault } from './faults.js'
import type { TypeOf } from './groups.js'

export interface Described {
  state: string
  type: string
  protocolType: string
  protocol: string | null
  generation: number | null
  coordinator: number | null
  members: GroupMember[]
  fault: Fault | null
}

const WHAT = 'Group not described'
/** GROUP_ID_NOT_FOUND: the group is of the other type, or is none. */
const NOT_FOUND = 69

/** Groups whose type is not known are tried as classic ones; a broker that says "not found" has them as the other type. */
export async function describeGroups(
  client: Asker,
  groups: readonly string[],
  typeOf: TypeOf,
  options: Asking,
): Promise<Map<string, Described>> {
  const modern = groups.filter(group => typeOf(group) === 'consumer')
  const others = groups.filter(group => !described.has(typeOf(group)))
  const rest = groups.filter(group => typeOf(group) === 'classic' || typeOf(group) === null)
  const [consumers, classics] = await Promise.all([describeConsumers(client, modern, options), describeClassics(client, rest, options)])
  const doubtful = rest.filter(group => typeOf(group) === null && isGone(classics.get(group)))
  const second = await describeConsumers(client, doubtful, options)
  for (const [group, found] of second) if (!found.fault) classics.set(group, found)
  return new Map([...classics, ...consumers, ...others.map(group => [group, notDescribed(typeOf(group) ?? '')] as const)])
}

const described: ReadonlySet<string | null> = new Set(['classic', 'consumer', null])

/** Share groups and Kafka Streams groups have describes of their own. */
const notDescribed = (type: string): Described =>
  failed(clientFault(WHAT, 'UNSUPPORTED_FEATURE', `groups of the type ${type} are listed, but not described in this version`))

/** Before v6 DescribeGroups says Dead of a group that it does not know. */
const isGone = (found: Described | undefined) => found?.fault?.errno === NOT_FOUND || found?.state === 'Dead'

async function describeClassics(client: Asker, groups: readonly string[], options: Asking): Promise<Map<string, Described>> {
  const found = new Map<string, Described>()
  if (groups.length === 0) return found
  for (const { broker, request, response, error } of await client.requestSharded(DescribeGroupsRequest({ groups }), options)) {
    for (const group of response?.groups ?? []) found.set(group.groupId, classic(group, broker.nodeId))
    if (!response) for (const group of request.body.groups) found.set(group, failed(faultFrom(error, WHAT, known(broker.nodeId))))
  }
  return found
}

async function describeConsumers(client: Asker, groupIds: readonly string[], options: Asking): Promise<Map<string, Described>> {
  const found = new Map<string, Described>()
  if (groupIds.length === 0) return found
  const request = ConsumerGroupDescribeRequest({ groupIds, includeAuthorizedOperations: false })
  for (const { broker, request: asked, response, error } of await client.requestSharded(request, options)) {
    for (const group of response?.groups ?? []) found.set(group.groupId, consumer(group, broker.nodeId))
    if (!response) for (const group of asked.body.groupIds) found.set(group, failed(faultFrom(error, WHAT, known(broker.nodeId))))
  }
  return found
}

const known = (nodeId: number) => (nodeId < 0 ? null : nodeId)

function failed(fault: Fault): Described {
  return { state: 'Unknown', type: '', protocolType: '', protocol: null, generation: null, coordinator: null, members: [], fault }
}

type Classic = DescribeGroupsResponse['groups'][number]

function classic(group: Classic, broker: number): Described {
  return {
    state: group.groupState,
    type: 'classic',
    protocolType: group.protocolType,
    protocol: group.protocolData || null,
    generation: null,
    coordinator: known(broker),
    members: group.members.map(member => ({
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: hostOf(member.clientHost),
      assignment: group.protocolType === 'consumer' ? (readAssignment(member.memberAssignment) ?? []) : [],
      target: null,
      epoch: null,
    })),
    fault: group.errorCode === 0 ? null : kafkaFault(group.errorCode, WHAT, known(broker), group.errorMessage),
  }
}

type Modern = ConsumerGroupDescribeResponse['groups'][number]
type Assignment = Modern['members'][number]['assignment']

function consumer(group: Modern, broker: number): Described {
  return {
    state: group.groupState,
    type: 'consumer',
    protocolType: 'consumer',
    protocol: group.assignorName || null,
    generation: group.groupEpoch,
    coordinator: known(broker),
    members: group.members.map(member => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      host: hostOf(member.clientHost),
      assignment: topicsOf(member.assignment),
      target: topicsOf(member.targetAssignment),
      epoch: member.memberEpoch,
    })),
    fault: group.errorCode === 0 ? null : kafkaFault(group.errorCode, WHAT, known(broker), group.errorMessage),
  }
}

const topicsOf = ({ topicPartitions }: Assignment) =>
  topicPartitions.map(({ topicName, partitions }) => ({ topic: topicName, partitions: [...partitions] }))

/** Java's way to print an address without a name is `/10.0.0.7`. */
const hostOf = (host: string) => host.replace(/^\//, '')
