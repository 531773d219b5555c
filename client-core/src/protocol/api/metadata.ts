import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, nullable, since, string, until, uuid } from '../schema.js'

const metadata = api(3, 'Metadata', { versions: [0, 13], flexible: 9 })

/**
 * v1: controller and rack; v5: offline replicas (KIP-112); v7: leader epochs (KIP-320); v8: authorized operations (KIP-430); v13: an
 * error of its own.
 */
export const MetadataResponse = metadata.response({
  throttleTimeMs: int32(since(3), ignorable),
  brokers: array({
    nodeId: int32,
    host: string,
    port: int32,
    rack: string(since(1), nullable(), byDefault(null), ignorable),
  }),
  clusterId: string(since(2), nullable(), byDefault(null), ignorable),
  controllerId: int32(since(1), byDefault(-1), ignorable),
  topics: array({
    errorCode: int16,
    name: string(nullable(12)),
    topicId: uuid(since(10), ignorable),
    isInternal: bool(since(1), byDefault(false), ignorable),
    partitions: array({
      errorCode: int16,
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: int32(since(7), byDefault(-1), ignorable),
      replicaNodes: array(int32),
      isrNodes: array(int32),
      offlineReplicas: array(int32, since(5), ignorable),
    }),
    topicAuthorizedOperations: int32(since(8), byDefault(-0x80000000)),
  }),
  clusterAuthorizedOperations: int32(since(8), until(10), byDefault(-0x80000000)),
  errorCode: int16(since(13), ignorable),
})
export type MetadataResponse = Output<typeof MetadataResponse>

/**
 * Brokers, topics, partitions and their leaders. v0 takes an empty list for all topics, later versions null; v4: topic creation can be
 * forbidden (KIP-204); v10: topic ids (KIP-516).
 */
export const MetadataRequest = metadata.request(MetadataResponse, {
  topics: array({ topicId: uuid(since(10), ignorable), name: string(nullable(10)) }, nullable(1)),
  allowAutoTopicCreation: bool(since(4), byDefault(true)),
  includeClusterAuthorizedOperations: bool(since(8), until(10)),
  includeTopicAuthorizedOperations: bool(since(8)),
})
export type MetadataRequest = Input<typeof MetadataRequest>
