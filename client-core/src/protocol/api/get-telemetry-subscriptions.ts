import { api, type Input, type Output } from '../message.js'
import { array, bool, int8, int16, int32, string, uuid } from '../schema.js'

const getTelemetrySubscriptions = api(71, 'GetTelemetrySubscriptions', { versions: [0, 0], flexible: 0 })

/** The answer to GetTelemetrySubscriptionsRequest. */
export const GetTelemetrySubscriptionsResponse = getTelemetrySubscriptions.response({
  throttleTimeMs: int32,
  errorCode: int16,
  clientInstanceId: uuid,
  subscriptionId: int32,
  acceptedCompressionTypes: array(int8),
  pushIntervalMs: int32,
  telemetryMaxBytes: int32,
  deltaTemporality: bool,
  requestedMetrics: array(string),
})
export type GetTelemetrySubscriptionsResponse = Output<typeof GetTelemetrySubscriptionsResponse>

/** Which metrics the cluster wants of this client (KIP-714). */
export const GetTelemetrySubscriptionsRequest = getTelemetrySubscriptions.request(GetTelemetrySubscriptionsResponse, {
  clientInstanceId: uuid,
})
export type GetTelemetrySubscriptionsRequest = Input<typeof GetTelemetrySubscriptionsRequest>
