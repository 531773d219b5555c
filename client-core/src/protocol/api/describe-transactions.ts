import { api, type Input, type Output } from '../message.js'
import { array, int16, int32, int64, string } from '../schema.js'

const describeTransactions = api(65, 'DescribeTransactions', { versions: [0, 0], flexible: 0 })

/** The answer to DescribeTransactionsRequest. */
export const DescribeTransactionsResponse = describeTransactions.response({
  throttleTimeMs: int32,
  transactionStates: array({
    errorCode: int16,
    transactionalId: string,
    transactionState: string,
    transactionTimeoutMs: int32,
    transactionStartTimeMs: int64,
    producerId: int64,
    producerEpoch: int16,
    topics: array({ topic: string, partitions: array(int32) }),
  }),
})
export type DescribeTransactionsResponse = Output<typeof DescribeTransactionsResponse>

/** State and partitions of transactions (KIP-664). */
export const DescribeTransactionsRequest = describeTransactions.request(DescribeTransactionsResponse, { transactionalIds: array(string) })
export type DescribeTransactionsRequest = Input<typeof DescribeTransactionsRequest>
