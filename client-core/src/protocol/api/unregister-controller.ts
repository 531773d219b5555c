import { api, type Input, type Output } from '../message.js'
import { int16, int32, nullable, string } from '../schema.js'

const unregisterController = api(94, 'UnregisterController', { versions: [0, 0], flexible: 0 })

/** The answer to UnregisterControllerRequest. */
export const UnregisterControllerResponse = unregisterController.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable()),
})
export type UnregisterControllerResponse = Output<typeof UnregisterControllerResponse>

/** Removes a controller that is gone for good. */
export const UnregisterControllerRequest = unregisterController.request(UnregisterControllerResponse, { controllerId: int32 })
export type UnregisterControllerRequest = Input<typeof UnregisterControllerRequest>
