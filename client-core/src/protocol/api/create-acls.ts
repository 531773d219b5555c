import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int8, int16, int32, nullable, since, string } from '../schema.js'

const createAcls = api(30, 'CreateAcls', { versions: [0, 3], flexible: 2 })

/** The answer to CreateAclsRequest. */
export const CreateAclsResponse = createAcls.response({
  throttleTimeMs: int32,
  results: array({ errorCode: int16, errorMessage: string(nullable()) }),
})
export type CreateAclsResponse = Output<typeof CreateAclsResponse>

/** Adds access rules (KIP-140). v1: pattern types (KIP-290). */
export const CreateAclsRequest = createAcls.request(CreateAclsResponse, {
  creations: array({
    resourceType: int8,
    resourceName: string,
    resourcePatternType: int8(since(1), byDefault(3)),
    principal: string,
    host: string,
    operation: int8,
    permissionType: int8,
  }),
})
export type CreateAclsRequest = Input<typeof CreateAclsRequest>
