import { api, type Input, type Output } from '../message.js'
import { bool, bytes, int8, int16, int32, uuid } from '../schema.js'

const pushTelemetry = api(72, 'PushTelemetry', { versions: [0, 0], flexible: 0 })

/** The answer to PushTelemetryRequest. */
export const PushTelemetryResponse = pushTelemetry.response({ throttleTimeMs: int32, errorCode: int16 })
export type PushTelemetryResponse = Output<typeof PushTelemetryResponse>

/** Sends a client's metrics, or its last ones (KIP-714). */
export const PushTelemetryRequest = pushTelemetry.request(PushTelemetryResponse, {
  clientInstanceId: uuid,
  subscriptionId: int32,
  terminating: bool,
  compressionType: int8,
  metrics: bytes,
})
export type PushTelemetryRequest = Input<typeof PushTelemetryRequest>
