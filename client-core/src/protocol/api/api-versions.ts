import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, int64, nullable, since, string, tagged } from '../schema.js'

const apiVersions = api(18, 'ApiVersions', { versions: [0, 5], flexible: 3 })

/**
 * Its header is always v0; a broker that does not know the asked version answers UNSUPPORTED_VERSION in layout 0. v3: features
 * (KIP-584).
 */
export const ApiVersionsResponse = apiVersions.response({
  errorCode: int16,
  apiKeys: array({
    apiKey: int16,
    minVersion: int16,
    maxVersion: int16,
  }),
  throttleTimeMs: int32(since(1), ignorable),
  supportedFeatures: array(
    {
      name: string,
      minVersion: int16,
      maxVersion: int16,
    },
    tagged(0, 3),
    ignorable,
  ),
  finalizedFeaturesEpoch: int64(tagged(1, 3), byDefault(-1n), ignorable),
  finalizedFeatures: array(
    {
      name: string,
      maxVersionLevel: int16,
      minVersionLevel: int16,
    },
    tagged(2, 3),
    ignorable,
  ),
  zkMigrationReady: bool(tagged(3, 3), byDefault(false), ignorable),
})
export type ApiVersionsResponse = Output<typeof ApiVersionsResponse>

/**
 * What a broker can do. v3: flexible, and names the client's software (KIP-511); v5: the cluster and node that the client believes to
 * talk to (KIP-1242).
 */
export const ApiVersionsRequest = apiVersions.request(ApiVersionsResponse, {
  clientSoftwareName: string(since(3), ignorable),
  clientSoftwareVersion: string(since(3), ignorable),
  clusterId: string(since(5), nullable(), byDefault(null), ignorable),
  nodeId: int32(since(5), byDefault(-1), ignorable),
})
export type ApiVersionsRequest = Input<typeof ApiVersionsRequest>
