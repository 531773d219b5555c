import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, int8, int16, int32, nullable, since, string } from '../schema.js'

const describeCluster = api(60, 'DescribeCluster', { versions: [0, 2], flexible: 0 })

/** The answer to DescribeClusterRequest. */
export const DescribeClusterResponse = describeCluster.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), byDefault(null)),
  endpointType: int8(since(1), byDefault(1)),
  clusterId: string,
  controllerId: int32(byDefault(-1)),
  brokers: array({
    brokerId: int32,
    host: string,
    port: int32,
    rack: string(nullable(), byDefault(null)),
    isFenced: bool(since(2)),
  }),
  clusterAuthorizedOperations: int32(byDefault(-0x80000000)),
})
export type DescribeClusterResponse = Output<typeof DescribeClusterResponse>

/** Cluster id, controller and brokers (KIP-700). v1: controllers as well (KIP-919); v2: fenced brokers (KIP-1073). */
export const DescribeClusterRequest = describeCluster.request(DescribeClusterResponse, {
  includeClusterAuthorizedOperations: bool,
  endpointType: int8(since(1), byDefault(1)),
  includeFencedBrokers: bool(since(2)),
})
export type DescribeClusterRequest = Input<typeof DescribeClusterRequest>
