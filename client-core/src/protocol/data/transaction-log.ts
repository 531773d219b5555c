import { data, type Input } from '../message.js'
import { array, byDefault, int8, int16, int32, int64, nullable, string, tagged } from '../schema.js'

/** Of a transactional id: key version 0 (KIP-98). */
export const TransactionLogKey = data('TransactionLogKey', { versions: [0, 0] }, { transactionalId: string })
export type TransactionLogKey = Input<typeof TransactionLogKey>

/**
 * A transactional id's producer and its last transaction. `transactionStatus`: 0 empty, 1 ongoing, 2 prepare commit, 3 prepare abort,
 * 4 complete commit, 5 complete abort, 6 dead, 7 prepare epoch fence. v1: what KIP-890 adds, as tags.
 */
export const TransactionLogValue = data(
  'TransactionLogValue',
  { versions: [0, 1], flexible: 1 },
  {
    producerId: int64,
    previousProducerId: int64(tagged(0, 1), byDefault(-1n)),
    nextProducerId: int64(tagged(1, 1), byDefault(-1n)),
    producerEpoch: int16,
    nextProducerEpoch: int16(tagged(3, 1), byDefault(-1)),
    transactionTimeoutMs: int32,
    transactionStatus: int8,
    transactionPartitions: array({ topic: string, partitionIds: array(int32) }, nullable()),
    transactionLastUpdateTimestampMs: int64,
    transactionStartTimestampMs: int64,
    clientTransactionVersion: int16(tagged(2, 1), byDefault(0)),
  },
)
export type TransactionLogValue = Input<typeof TransactionLogValue>
