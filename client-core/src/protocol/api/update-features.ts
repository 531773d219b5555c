import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, nullable, since, string, until } from '../schema.js'

const updateFeatures = api(57, 'UpdateFeatures', { versions: [0, 2], flexible: 0 })

/** The answer to UpdateFeaturesRequest. */
export const UpdateFeaturesResponse = updateFeatures.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable()),
  results: array(
    {
      feature: string,
      errorCode: int16,
      errorMessage: string(nullable()),
    },
    until(1),
    ignorable,
  ),
})
export type UpdateFeaturesResponse = Output<typeof UpdateFeaturesResponse>

/** Raises or lowers finalized features (KIP-584). v2: the answer has no entry per feature. */
export const UpdateFeaturesRequest = updateFeatures.request(UpdateFeaturesResponse, {
  timeoutMs: int32(byDefault(60000)),
  featureUpdates: array({
    feature: string,
    maxVersionLevel: int16,
    allowDowngrade: bool(until(0)),
    upgradeType: int8(since(1), byDefault(1)),
  }),
  validateOnly: bool(since(1), byDefault(false)),
})
export type UpdateFeaturesRequest = Input<typeof UpdateFeaturesRequest>
