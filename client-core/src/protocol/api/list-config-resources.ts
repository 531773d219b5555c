import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int8, int16, int32, since, string } from '../schema.js'

const listConfigResources = api(74, 'ListConfigResources', { versions: [0, 1], flexible: 0 })

/** The answer to ListConfigResourcesRequest. */
export const ListConfigResourcesResponse = listConfigResources.response({
  throttleTimeMs: int32,
  errorCode: int16,
  configResources: array({ resourceName: string, resourceType: int8(since(1), byDefault(16), ignorable) }),
})
export type ListConfigResourcesResponse = Output<typeof ListConfigResourcesResponse>

/** Names of the resources that have configs (KIP-1142). v0 knows client metrics alone (KIP-714). */
export const ListConfigResourcesRequest = listConfigResources.request(ListConfigResourcesResponse, { resourceTypes: array(int8, since(1)) })
export type ListConfigResourcesRequest = Input<typeof ListConfigResourcesRequest>
