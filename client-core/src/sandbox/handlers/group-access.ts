import { Refusal } from '../refusal.js'
import type { Group } from '../state/group.js'
import { coordinatorOf, groupPartition } from '../state/offsets-topic.js'
import type { RequestContext } from './handler.js'

/** The broker coordinates this group, or it is told who does by FindCoordinator. */
export function checkCoordinator({ cluster, broker }: RequestContext, groupId: string): void {
  const coordinator = coordinatorOf(cluster, groupId)
  if (!coordinator)
    throw new Refusal('COORDINATOR_NOT_AVAILABLE', `group ${groupId} has no coordinator: its partition of __consumer_offsets has no leader`)
  if (coordinator !== broker) throw new Refusal('NOT_COORDINATOR', `group ${groupId} is coordinated by broker ${coordinator.id}`)
  if (cluster.loading.has(groupPartition(cluster, groupId)))
    throw new Refusal('COORDINATOR_LOAD_IN_PROGRESS', `the coordinator of group ${groupId} is loading`)
}

/** @throws Refusal when the rules keep the asker from the group. */
export function checkGroupAccess({ may }: RequestContext, operation: 'READ' | 'DESCRIBE' | 'DELETE', groupId: string): void {
  if (!may(operation, 'GROUP', groupId)) throw new Refusal('GROUP_AUTHORIZATION_FAILED', '')
}

/** The group, if this broker coordinates it. */
export function groupHere(context: RequestContext, groupId: string): Group | undefined {
  checkCoordinator(context, groupId)
  return context.cluster.groups.get(groupId)
}

/** Who commits or reads must be who it says it is: a member, in the generation or epoch of the group. */
export function checkMember(group: Group, memberId: string, epoch: number): void {
  if (group.type === 'consumer') {
    const member = group.consumerMembers.get(memberId)
    if (!member) throw new Refusal('UNKNOWN_MEMBER_ID', `${memberId} is not a member of ${group.id}`)
    if (member.epoch !== epoch) throw new Refusal('STALE_MEMBER_EPOCH', `member ${memberId} is in epoch ${member.epoch}, not ${epoch}`)
    return
  }
  if (!group.classicMembers.has(memberId)) throw new Refusal('UNKNOWN_MEMBER_ID', `${memberId} is not a member of ${group.id}`)
  if (group.epoch !== epoch) throw new Refusal('ILLEGAL_GENERATION', `group ${group.id} is in generation ${group.epoch}, not ${epoch}`)
}
