import { api, type Input, type Output } from '../message.js'
import {
  array,
  byDefault,
  ignorable,
  int8,
  int16,
  int32,
  int64,
  nullable,
  records,
  since,
  string,
  struct,
  tagged,
  until,
  uuid,
} from '../schema.js'

const fetch = api(1, 'Fetch', { versions: [0, 18], flexible: 12 })

/**
 * The batches as they lie in the log: the last one may be cut off. v11: preferred replica (KIP-392); v12: diverging epoch, v16: new
 * leaders' addresses (KIP-951).
 */
export const FetchResponse = fetch.response({
  throttleTimeMs: int32(since(1), ignorable),
  errorCode: int16(since(7), ignorable),
  sessionId: int32(since(7), byDefault(0)),
  responses: array({
    topic: string(until(12), ignorable),
    topicId: uuid(since(13), ignorable),
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      highWatermark: int64,
      lastStableOffset: int64(since(4), byDefault(-1n), ignorable),
      logStartOffset: int64(since(5), byDefault(-1n), ignorable),
      divergingEpoch: struct({ epoch: int32(byDefault(-1)), endOffset: int64(byDefault(-1n)) }, tagged(0, 12)),
      currentLeader: struct({ leaderId: int32(byDefault(-1)), leaderEpoch: int32(byDefault(-1)) }, tagged(1, 12)),
      snapshotId: struct({ endOffset: int64(byDefault(-1n)), epoch: int32(byDefault(-1)) }, tagged(2, 12)),
      abortedTransactions: array({ producerId: int64, firstOffset: int64 }, since(4), nullable(), ignorable),
      preferredReadReplica: int32(since(11), byDefault(-1)),
      records: records(nullable()),
    }),
  }),
  nodeEndpoints: array(
    {
      nodeId: int32,
      host: string,
      port: int32,
      rack: string(nullable(), byDefault(null)),
    },
    tagged(0, 16),
  ),
})
export type FetchResponse = Output<typeof FetchResponse>

/**
 * Reads record batches from partitions, waiting until enough is there. v4: isolation level (KIP-98); v7: sessions (KIP-227); v9: leader
 * epochs (KIP-320); v10: may get zstd (KIP-110); v11: closest replica (KIP-392); v13: topics by id (KIP-516); v14: may be told that an
 * offset is in remote storage (KIP-405); v15: the replica's state in a tag (KIP-903); v18: its high watermark (KIP-1166).
 */
export const FetchRequest = fetch.request(FetchResponse, {
  clusterId: string(tagged(0, 12), nullable(), byDefault(null), ignorable),
  replicaId: int32(until(14), byDefault(-1)),
  replicaState: struct({ replicaId: int32(byDefault(-1)), replicaEpoch: int64(byDefault(-1n)) }, tagged(1, 15)),
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: int32(since(3), byDefault(0x7fffffff), ignorable),
  isolationLevel: int8(since(4), byDefault(0), ignorable),
  sessionId: int32(since(7), byDefault(0), ignorable),
  sessionEpoch: int32(since(7), byDefault(-1), ignorable),
  topics: array({
    topic: string(until(12), ignorable),
    topicId: uuid(since(13), ignorable),
    partitions: array({
      partition: int32,
      currentLeaderEpoch: int32(since(9), byDefault(-1), ignorable),
      fetchOffset: int64,
      lastFetchedEpoch: int32(since(12), byDefault(-1)),
      logStartOffset: int64(since(5), byDefault(-1n), ignorable),
      partitionMaxBytes: int32,
      replicaDirectoryId: uuid(tagged(0, 17), ignorable),
      highWatermark: int64(tagged(1, 18), byDefault(0x7fffffffffffffffn), ignorable),
    }),
  }),
  forgottenTopicsData: array(
    {
      topic: string(until(12), ignorable),
      topicId: uuid(since(13), ignorable),
      partitions: array(int32),
    },
    since(7),
  ),
  rackId: string(since(11), byDefault(''), ignorable),
})
export type FetchRequest = Input<typeof FetchRequest>
