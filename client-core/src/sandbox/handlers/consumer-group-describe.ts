import { zeroUuid } from '../../bytes/uuid.js'
import { ConsumerGroupDescribeRequest } from '../../protocol/api/consumer-group-describe.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import type { Cluster } from '../state/cluster.js'
import type { Assignment, ConsumerMember, Group } from '../state/group.js'
import { checkGroupAccess, groupHere } from './group-access.js'
import { handler, type RequestContext } from './handler.js'
import { NOT_ASKED, operationsOn } from './operations.js'

const CONSUMER_MEMBER = 1

/** State, members and assignments of groups under the consumer protocol (KIP-848). */
export const consumerGroupDescribe = handler(ConsumerGroupDescribeRequest, {
  versions: [0, 1],
  handle: (context, request) => ({
    throttleTimeMs: 0,
    groups: request.groupIds.map(groupId => describe(context, groupId, request.includeAuthorizedOperations)),
  }),
  failure: (request, code) => ({ throttleTimeMs: 0, groups: request.groupIds.map(groupId => ({ ...nothing(groupId), errorCode: code })) }),
})

const nothing = (groupId: string) => ({ groupId, groupState: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] })

function describe(context: RequestContext, groupId: string, withOperations: boolean) {
  try {
    checkGroupAccess(context, 'DESCRIBE', groupId)
    const group = groupHere(context, groupId)
    if (!group) throw new Refusal('GROUP_ID_NOT_FOUND', `Group ${groupId} not found.`)
    if (group.type !== 'consumer') throw new Refusal('GROUP_ID_NOT_FOUND', `Group ${groupId} is not a consumer group.`)
    return { ...told(context.cluster, group), authorizedOperations: withOperations ? operationsOn(context, 'GROUP', groupId) : NOT_ASKED }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ...nothing(groupId), errorCode: errnoOf(error.code), errorMessage: error.message || null }
  }
}

function told(cluster: Cluster, group: Group) {
  return {
    errorCode: 0,
    groupId: group.id,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.epoch,
    assignorName: group.protocol,
    members: [...group.consumerMembers.values()].map(member => toldMember(cluster, member)),
  }
}

function toldMember(cluster: Cluster, { id, instanceId, rackId, epoch, clientId, clientHost, topics, assignment, target }: ConsumerMember) {
  return {
    memberId: id,
    instanceId,
    rackId,
    memberEpoch: epoch,
    clientId,
    clientHost,
    subscribedTopicNames: topics,
    subscribedTopicRegex: null,
    assignment: toldAssignment(cluster, assignment),
    targetAssignment: toldAssignment(cluster, target),
    memberType: CONSUMER_MEMBER,
  }
}

function toldAssignment(cluster: Cluster, assignment: Assignment) {
  const topicPartitions = [...assignment].map(([topicName, partitions]) => ({
    topicId: cluster.topics.get(topicName)?.id ?? zeroUuid,
    topicName,
    partitions,
  }))
  return { topicPartitions }
}
