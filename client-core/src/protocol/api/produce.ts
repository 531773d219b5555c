import { api, type Input, type Output } from '../message.js'
import {
  array,
  byDefault,
  ignorable,
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

const produce = api(0, 'Produce', { versions: [0, 13], flexible: 9 })

/**
 * What became of each partition's batch. v5: log start offset; v8: errors of single records (KIP-467); v10: the new leader in tags
 * (KIP-951).
 */
export const ProduceResponse = produce.response({
  responses: array({
    name: string(until(12), ignorable),
    topicId: uuid(since(13), ignorable),
    partitionResponses: array({
      index: int32,
      errorCode: int16,
      baseOffset: int64,
      logAppendTimeMs: int64(since(2), byDefault(-1n), ignorable),
      logStartOffset: int64(since(5), byDefault(-1n), ignorable),
      recordErrors: array({ batchIndex: int32, batchIndexErrorMessage: string(nullable(), byDefault(null)) }, since(8), ignorable),
      errorMessage: string(since(8), nullable(), byDefault(null), ignorable),
      currentLeader: struct({ leaderId: int32(byDefault(-1)), leaderEpoch: int32(byDefault(-1)) }, tagged(0, 10)),
    }),
  }),
  throttleTimeMs: int32(since(1), byDefault(0), ignorable),
  nodeEndpoints: array(
    {
      nodeId: int32,
      host: string,
      port: int32,
      rack: string(nullable(), byDefault(null)),
    },
    tagged(0, 10),
  ),
})
export type ProduceResponse = Output<typeof ProduceResponse>

/**
 * Appends record batches to the leaders of partitions. v3: record batch v2 and transactions (KIP-98); v7: zstd (KIP-110); v13: topics by
 * id (KIP-516).
 */
export const ProduceRequest = produce.request(ProduceResponse, {
  transactionalId: string(since(3), nullable(), byDefault(null)),
  acks: int16,
  timeoutMs: int32,
  topicData: array({
    name: string(until(12), ignorable),
    topicId: uuid(since(13), ignorable),
    partitionData: array({ index: int32, records: records(nullable()) }),
  }),
})
export type ProduceRequest = Input<typeof ProduceRequest>
