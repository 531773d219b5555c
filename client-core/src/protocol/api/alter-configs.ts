import { api, type Input, type Output } from '../message.js'
import { array, bool, int8, int16, int32, nullable, string } from '../schema.js'

const alterConfigs = api(33, 'AlterConfigs', { versions: [0, 2], flexible: 2 })

/** The answer to AlterConfigsRequest. */
export const AlterConfigsResponse = alterConfigs.response({
  throttleTimeMs: int32,
  responses: array({
    errorCode: int16,
    errorMessage: string(nullable()),
    resourceType: int8,
    resourceName: string,
  }),
})
export type AlterConfigsResponse = Output<typeof AlterConfigsResponse>

/** Replaces all configs of resources (KIP-133): what is not given is reset. IncrementalAlterConfigs is the safer one. */
export const AlterConfigsRequest = alterConfigs.request(AlterConfigsResponse, {
  resources: array({
    resourceType: int8,
    resourceName: string,
    configs: array({ name: string, value: string(nullable()) }),
  }),
  validateOnly: bool,
})
export type AlterConfigsRequest = Input<typeof AlterConfigsRequest>
