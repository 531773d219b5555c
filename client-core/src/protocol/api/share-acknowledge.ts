import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, int64, nullable, since, string, struct, uuid } from '../schema.js'

const shareAcknowledge = api(79, 'ShareAcknowledge', { versions: [0, 2], flexible: 0 })

/** The answer to ShareAcknowledgeRequest. */
export const ShareAcknowledgeResponse = shareAcknowledge.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), byDefault(null)),
  acquisitionLockTimeoutMs: int32(since(2), ignorable),
  responses: array({
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: string(nullable(), byDefault(null)),
      currentLeader: struct({ leaderId: int32, leaderEpoch: int32 }),
    }),
  }),
  nodeEndpoints: array({
    nodeId: int32,
    host: string,
    port: int32,
    rack: string(nullable(), byDefault(null)),
  }),
})
export type ShareAcknowledgeResponse = Output<typeof ShareAcknowledgeResponse>

/** Acknowledges acquired records (KIP-932). v0 was an early access of 4.0. */
export const ShareAcknowledgeRequest = shareAcknowledge.request(ShareAcknowledgeResponse, {
  groupId: string(nullable(), byDefault(null)),
  memberId: string(nullable()),
  shareSessionEpoch: int32,
  isRenewAck: bool(since(2), byDefault(false)),
  topics: array({
    topicId: uuid,
    partitions: array({
      partitionIndex: int32,
      acknowledgementBatches: array({
        firstOffset: int64,
        lastOffset: int64,
        acknowledgeTypes: array(int8),
      }),
    }),
  }),
})
export type ShareAcknowledgeRequest = Input<typeof ShareAcknowledgeRequest>
