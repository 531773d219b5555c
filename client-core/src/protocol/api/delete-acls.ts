import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int8, int16, int32, nullable, since, string } from '../schema.js'

const deleteAcls = api(31, 'DeleteAcls', { versions: [0, 3], flexible: 2 })

/** The answer to DeleteAclsRequest. */
export const DeleteAclsResponse = deleteAcls.response({
  throttleTimeMs: int32,
  filterResults: array({
    errorCode: int16,
    errorMessage: string(nullable()),
    matchingAcls: array({
      errorCode: int16,
      errorMessage: string(nullable()),
      resourceType: int8,
      resourceName: string,
      patternType: int8(since(1), byDefault(3)),
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  }),
})
export type DeleteAclsResponse = Output<typeof DeleteAclsResponse>

/** Removes access rules that match filters (KIP-140). v1: pattern types (KIP-290). */
export const DeleteAclsRequest = deleteAcls.request(DeleteAclsResponse, {
  filters: array({
    resourceTypeFilter: int8,
    resourceNameFilter: string(nullable()),
    patternTypeFilter: int8(since(1), byDefault(3)),
    principalFilter: string(nullable()),
    hostFilter: string(nullable()),
    operation: int8,
    permissionType: int8,
  }),
})
export type DeleteAclsRequest = Input<typeof DeleteAclsRequest>
