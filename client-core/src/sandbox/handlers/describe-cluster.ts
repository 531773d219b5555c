import { DescribeClusterRequest } from '../../protocol/api/describe-cluster.js'
import { errnoOf } from '../../protocol/errors.js'
import { handler, type RequestContext } from './handler.js'
import { clusterOperations, NOT_ASKED } from './operations.js'

const BROKERS = 1

/** Cluster id, controller and brokers (KIP-700). v1: the kind of endpoint (KIP-919); v2: brokers that are stopped, as fenced (KIP-1073). */
export const describeCluster = handler(DescribeClusterRequest, {
  versions: [0, 2],
  handle(context, request, version) {
    const { cluster } = context
    if (version >= 1 && request.endpointType !== BROKERS) {
      const errorMessage = `The given endpoint type was not recognized: ${request.endpointType}; a broker knows brokers alone.`
      return { ...empty(context), errorCode: errnoOf('MISMATCHED_ENDPOINT_TYPE'), errorMessage, brokers: [] }
    }
    return {
      ...empty(context),
      errorCode: 0,
      controllerId: cluster.controllerId,
      brokers: brokersOf(context, version >= 2 && request.includeFencedBrokers),
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations(context) : NOT_ASKED,
    }
  },
  failure: (_, code) => ({ throttleTimeMs: 0, errorCode: code, clusterId: '', brokers: [] }),
})

const empty = ({ cluster }: RequestContext) => ({ throttleTimeMs: 0, clusterId: cluster.id })

function brokersOf({ cluster, listener }: RequestContext, fencedToo: boolean) {
  return [...cluster.brokers.values()]
    .filter(broker => broker.running || fencedToo)
    .flatMap(({ id, rack, running }) => {
      const address = listener.address(id)
      return address ? [{ brokerId: id, ...address, rack, isFenced: !running }] : []
    })
}
