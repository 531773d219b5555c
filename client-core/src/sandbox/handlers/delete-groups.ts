import { DeleteGroupsRequest } from '../../protocol/api/delete-groups.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import { checkGroupAccess, groupHere } from './group-access.js'
import { handler, type RequestContext } from './handler.js'

/** Deletes groups without members, and their offsets (KIP-229). v3 says why not. */
export const deleteGroups = handler(DeleteGroupsRequest, {
  versions: [0, 3],
  handle: (context, { groupsNames }) => ({ throttleTimeMs: 0, results: groupsNames.map(groupId => remove(context, groupId)) }),
  failure: ({ groupsNames }, errorCode) => ({ throttleTimeMs: 0, results: groupsNames.map(groupId => ({ groupId, errorCode })) }),
})

function remove(context: RequestContext, groupId: string) {
  try {
    checkGroupAccess(context, 'DELETE', groupId)
    const group = groupHere(context, groupId)
    if (!group) throw new Refusal('GROUP_ID_NOT_FOUND', '')
    if (!group.isEmpty) throw new Refusal('NON_EMPTY_GROUP', `Group ${groupId} is not empty.`)
    context.cluster.groups.delete(groupId)
    return { groupId, errorCode: 0 }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { groupId, errorCode: errnoOf(error.code), errorMessage: error.message || null }
  }
}
