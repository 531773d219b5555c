import { api, type Input, type Output } from '../message.js'
import { array, bool, int16, int32, nullable, string, uint16, uuid } from '../schema.js'

const controllerRegistration = api(70, 'ControllerRegistration', { versions: [0, 0], flexible: 0 })

/** The answer to ControllerRegistrationRequest. */
export const ControllerRegistrationResponse = controllerRegistration.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable()),
})
export type ControllerRegistrationResponse = Output<typeof ControllerRegistrationResponse>

/** A controller registers with the active one (KIP-919). */
export const ControllerRegistrationRequest = controllerRegistration.request(ControllerRegistrationResponse, {
  controllerId: int32,
  incarnationId: uuid,
  zkMigrationReady: bool,
  listeners: array({
    name: string,
    host: string,
    port: uint16,
    securityProtocol: int16,
  }),
  features: array({
    name: string,
    minSupportedVersion: int16,
    maxSupportedVersion: int16,
  }),
})
export type ControllerRegistrationRequest = Input<typeof ControllerRegistrationRequest>
