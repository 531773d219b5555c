import { api, type Input, type Output } from '../message.js'
import { array, ignorable, int16, int32, since, string } from '../schema.js'

const listGroups = api(16, 'ListGroups', { versions: [0, 5], flexible: 3 })

/** The answer to ListGroupsRequest. */
export const ListGroupsResponse = listGroups.response({
  throttleTimeMs: int32(since(1), ignorable),
  errorCode: int16,
  groups: array({
    groupId: string,
    protocolType: string,
    groupState: string(since(4), ignorable),
    groupType: string(since(5), ignorable),
  }),
})
export type ListGroupsResponse = Output<typeof ListGroupsResponse>

/** The groups that a broker coordinates. v4: by state (KIP-518); v5: by type (KIP-848). */
export const ListGroupsRequest = listGroups.request(ListGroupsResponse, {
  statesFilter: array(string, since(4)),
  typesFilter: array(string, since(5)),
})
export type ListGroupsRequest = Input<typeof ListGroupsRequest>
