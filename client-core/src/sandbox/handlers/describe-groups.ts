import { DescribeGroupsRequest } from '../../protocol/api/describe-groups.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import type { ClassicMember, Group } from '../state/group.js'
import { checkGroupAccess, groupHere } from './group-access.js'
import { handler, type RequestContext } from './handler.js'
import { NOT_ASKED, operationsOn } from './operations.js'

/** State, members and assignments of classic groups. A group that is not there is `Dead`, from v6 GROUP_ID_NOT_FOUND too (KIP-1043). */
export const describeGroups = handler(DescribeGroupsRequest, {
  versions: [0, 6],
  handle: (context, request, version) => ({
    groups: request.groups.map(groupId => describe(context, groupId, version, request.includeAuthorizedOperations)),
  }),
  failure: (request, code) => ({ groups: request.groups.map(groupId => ({ ...nothing(groupId), groupState: '', errorCode: code })) }),
})

function describe(context: RequestContext, groupId: string, version: number, withOperations: boolean) {
  try {
    checkGroupAccess(context, 'DESCRIBE', groupId)
    const group = groupHere(context, groupId)
    const authorizedOperations = withOperations ? operationsOn(context, 'GROUP', groupId) : NOT_ASKED
    if (group?.type === 'classic') return { ...told(group), authorizedOperations }
    const errorMessage = group ? `Group ${groupId} is not a classic group.` : `Group ${groupId} not found.`
    return version >= 6
      ? { ...nothing(groupId), errorCode: errnoOf('GROUP_ID_NOT_FOUND'), errorMessage }
      : { ...nothing(groupId), authorizedOperations }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ...nothing(groupId), groupState: '', errorCode: errnoOf(error.code) }
  }
}

const nothing = (groupId: string) => ({ errorCode: 0, groupId, groupState: 'Dead', protocolType: '', protocolData: '', members: [] })

function told(group: Group) {
  const stable = group.state === 'Stable'
  return {
    errorCode: 0,
    groupId: group.id,
    groupState: group.state,
    protocolType: group.protocolType,
    protocolData: stable ? group.protocol : '',
    members: [...group.classicMembers.values()].map(member => toldMember(member, stable)),
  }
}

/** What members said of themselves, and what they were given, is told only of a group that has settled. */
function toldMember({ id, instanceId, clientId, clientHost, metadata, assignment }: ClassicMember, stable: boolean) {
  const none = new Uint8Array(0)
  return {
    memberId: id,
    groupInstanceId: instanceId,
    clientId,
    clientHost,
    memberMetadata: stable ? metadata : none,
    memberAssignment: stable ? assignment : none,
  }
}
