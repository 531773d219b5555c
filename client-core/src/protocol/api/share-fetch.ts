import { api, type Input, type Output } from '../message.js'
import {
  array,
  bool,
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
  until,
  uuid,
} from '../schema.js'

const shareFetch = api(78, 'ShareFetch', { versions: [0, 2], flexible: 0 })

/** The answer to ShareFetchRequest. */
export const ShareFetchResponse = shareFetch.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), byDefault(null)),
  acquisitionLockTimeoutMs: int32(since(1)),
  responses: array({
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: string(nullable(), byDefault(null)),
      acknowledgeErrorCode: int16,
      acknowledgeErrorMessage: string(nullable(), byDefault(null)),
      currentLeader: struct({ leaderId: int32, leaderEpoch: int32 }),
      records: records(nullable(0, 0)),
      acquiredRecords: array({
        firstOffset: int64,
        lastOffset: int64,
        deliveryCount: int16,
      }),
    }),
  }),
  nodeEndpoints: array({
    nodeId: int32,
    host: string,
    port: int32,
    rack: string(nullable(), byDefault(null)),
  }),
})
export type ShareFetchResponse = Output<typeof ShareFetchResponse>

/** Acquires records of a share group and acknowledges earlier ones (KIP-932). v0 was an early access of 4.0. */
export const ShareFetchRequest = shareFetch.request(ShareFetchResponse, {
  groupId: string(nullable(), byDefault(null)),
  memberId: string(nullable()),
  shareSessionEpoch: int32,
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: int32(byDefault(0x7fffffff)),
  maxRecords: int32(since(1)),
  batchSize: int32(since(1)),
  shareAcquireMode: int8(since(2), byDefault(0), ignorable),
  isRenewAck: bool(since(2), byDefault(false)),
  topics: array({
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      partitionMaxBytes: int32(until(0)),
      acknowledgementBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        acknowledgeTypes: array(int8),
      }),
    }),
  }),
  forgottenTopicsData: array({ topicId: uuid, partitions: array(int32) }),
})
export type ShareFetchRequest = Input<typeof ShareFetchRequest>
