import { UpdateFeaturesRequest } from '../../protocol/api/update-features.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { Cluster } from '../state/cluster.js'
import { handler, wordsFor } from './handler.js'

type Update = Output<typeof UpdateFeaturesRequest>['featureUpdates'][number]

const UPGRADE = 1

/** Raises or lowers what the cluster agreed on (KIP-584): all of it, or nothing. Up to v1 the answer tells of each feature. */
export const updateFeatures = handler(UpdateFeaturesRequest, {
  versions: [0, 2],
  controller: true,
  needs: 'ALTER',
  handle({ cluster }, { featureUpdates, validateOnly }, version) {
    try {
      for (const update of featureUpdates) check(cluster, update)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { throttleTimeMs: 0, errorCode: errnoOf(error.code), errorMessage: error.message, ...(version <= 1 && { results: [] }) }
    }
    for (const { feature, maxVersionLevel } of featureUpdates) {
      const known = cluster.features.get(feature)
      if (known && !validateOnly) known.level = maxVersionLevel
    }
    if (!validateOnly) cluster.featuresEpoch++
    const results = featureUpdates.map(({ feature }) => ({ feature, errorCode: 0, errorMessage: '' }))
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: version <= 1 ? '' : null, ...(version <= 1 && { results }) }
  },
  failure: (_, errorCode, version) => ({
    throttleTimeMs: 0,
    errorCode,
    errorMessage: wordsFor(errorCode),
    ...(version <= 1 && { results: [] }),
  }),
})

function check(cluster: Cluster, { feature, maxVersionLevel, upgradeType, allowDowngrade }: Update): void {
  const refuse = (why: string) => {
    throw new Refusal('INVALID_UPDATE_VERSION', `Invalid update version ${maxVersionLevel} for feature ${feature}. ${why}`)
  }
  const known = cluster.features.get(feature)
  if (!known) return refuse(`Broker ${cluster.controllerId} does not support this feature.`)
  if (maxVersionLevel < known.min || maxVersionLevel > known.max)
    refuse(`Broker ${cluster.controllerId} only supports versions ${known.min}-${known.max}.`)
  if (maxVersionLevel < known.level && upgradeType === UPGRADE && !allowDowngrade)
    refuse("Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.")
}
