import { ApiVersionsRequest } from '../../protocol/api/api-versions.js'
import { errnoOf } from '../../protocol/errors.js'
import { handler } from './handler.js'

const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

/**
 * What this broker can do. v3 names the client's software (KIP-511); v5 says whom the client believes to talk to (KIP-1242). A version that is not
 * known never gets here: the connection answers it in layout 0.
 */
export const apiVersions = handler(ApiVersionsRequest, {
  versions: [0, 5],
  handle({ offers, cluster, broker }, request, version) {
    if (version >= 3 && !(SOFTWARE.test(request.clientSoftwareName) && SOFTWARE.test(request.clientSoftwareVersion))) {
      return { errorCode: errnoOf('INVALID_REQUEST'), apiKeys: [] }
    }
    const elsewhere =
      (request.clusterId !== null && request.clusterId !== cluster.id) || (request.nodeId !== -1 && request.nodeId !== broker.id)
    return {
      errorCode: version >= 5 && elsewhere ? errnoOf('REBOOTSTRAP_REQUIRED') : 0,
      apiKeys: offers,
      supportedFeatures: [...cluster.features].map(([name, { min, max }]) => ({ name, minVersion: min, maxVersion: max })),
      finalizedFeaturesEpoch: cluster.featuresEpoch,
      finalizedFeatures: [...cluster.features]
        .filter(([, { level }]) => level > 0)
        .map(([name, { level }]) => ({ name, minVersionLevel: level, maxVersionLevel: level })),
    }
  },
  failure: (_, code) => ({ errorCode: code, apiKeys: [] }),
})
