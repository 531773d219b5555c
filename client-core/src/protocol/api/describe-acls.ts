import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int8, int16, int32, nullable, since, string } from '../schema.js'

const describeAcls = api(29, 'DescribeAcls', { versions: [0, 3], flexible: 2 })

/** The answer to DescribeAclsRequest. */
export const DescribeAclsResponse = describeAcls.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable()),
  resources: array({
    resourceType: int8,
    resourceName: string,
    patternType: int8(since(1), byDefault(3)),
    acls: array({
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  }),
})
export type DescribeAclsResponse = Output<typeof DescribeAclsResponse>

/** Lists access rules that match a filter (KIP-140). v1: pattern types (KIP-290). */
export const DescribeAclsRequest = describeAcls.request(DescribeAclsResponse, {
  resourceTypeFilter: int8,
  resourceNameFilter: string(nullable()),
  patternTypeFilter: int8(since(1), byDefault(3)),
  principalFilter: string(nullable()),
  hostFilter: string(nullable()),
  operation: int8,
  permissionType: int8,
})
export type DescribeAclsRequest = Input<typeof DescribeAclsRequest>
