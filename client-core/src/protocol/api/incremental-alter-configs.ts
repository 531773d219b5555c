import { api, type Input, type Output } from '../message.js'
import { array, bool, int8, int16, int32, nullable, string } from '../schema.js'

const incrementalAlterConfigs = api(44, 'IncrementalAlterConfigs', { versions: [0, 1], flexible: 1 })

/** The answer to IncrementalAlterConfigsRequest. */
export const IncrementalAlterConfigsResponse = incrementalAlterConfigs.response({
  throttleTimeMs: int32,
  responses: array({
    errorCode: int16,
    errorMessage: string(nullable()),
    resourceType: int8,
    resourceName: string,
  }),
})
export type IncrementalAlterConfigsResponse = Output<typeof IncrementalAlterConfigsResponse>

/** Sets, deletes, appends to or subtracts from single configs (KIP-339). */
export const IncrementalAlterConfigsRequest = incrementalAlterConfigs.request(IncrementalAlterConfigsResponse, {
  resources: array({
    resourceType: int8,
    resourceName: string,
    configs: array({
      name: string,
      configOperation: int8,
      value: string(nullable()),
    }),
  }),
  validateOnly: bool,
})
export type IncrementalAlterConfigsRequest = Input<typeof IncrementalAlterConfigsRequest>
