import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, nullable, since, string } from '../schema.js'

const deleteGroups = api(42, 'DeleteGroups', { versions: [0, 3], flexible: 2 })

/** The answer to DeleteGroupsRequest. */
export const DeleteGroupsResponse = deleteGroups.response({
  throttleTimeMs: int32,
  results: array({
    groupId: string,
    errorCode: int16,
    errorMessage: string(since(3), nullable(), byDefault(null), ignorable),
  }),
})
export type DeleteGroupsResponse = Output<typeof DeleteGroupsResponse>

/** Deletes empty groups and their offsets (KIP-229). */
export const DeleteGroupsRequest = deleteGroups.request(DeleteGroupsResponse, { groupsNames: array(string) })
export type DeleteGroupsRequest = Input<typeof DeleteGroupsRequest>
