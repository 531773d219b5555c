import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, int64, since, string, until } from '../schema.js'

const addPartitionsToTxn = api(24, 'AddPartitionsToTxn', { versions: [0, 5], flexible: 3 })

const addPartitionsToTxnPartitionResult = { partitionIndex: int32, partitionErrorCode: int16 }

const addPartitionsToTxnTopicResult = { name: string, resultsByPartition: array(addPartitionsToTxnPartitionResult) }

const addPartitionsToTxnTopic = { name: string, partitions: array(int32) }

/** v0-3 answer per topic, v4 and later per transaction. */
export const AddPartitionsToTxnResponse = addPartitionsToTxn.response({
  throttleTimeMs: int32,
  errorCode: int16(since(4), ignorable),
  resultsByTransaction: array({ transactionalId: string, topicResults: array(addPartitionsToTxnTopicResult) }, since(4)),
  resultsByTopicV3AndBelow: array(addPartitionsToTxnTopicResult, until(3)),
})
export type AddPartitionsToTxnResponse = Output<typeof AddPartitionsToTxnResponse>

/** Adds partitions to a transaction (KIP-98). v4: several transactions at once, for brokers (KIP-890). */
export const AddPartitionsToTxnRequest = addPartitionsToTxn.request(AddPartitionsToTxnResponse, {
  transactions: array(
    {
      transactionalId: string,
      producerId: int64,
      producerEpoch: int16,
      verifyOnly: bool(byDefault(false)),
      topics: array(addPartitionsToTxnTopic),
    },
    since(4),
  ),
  v3AndBelowTransactionalId: string(until(3)),
  v3AndBelowProducerId: int64(until(3)),
  v3AndBelowProducerEpoch: int16(until(3)),
  v3AndBelowTopics: array(addPartitionsToTxnTopic, until(3)),
})
export type AddPartitionsToTxnRequest = Input<typeof AddPartitionsToTxnRequest>
