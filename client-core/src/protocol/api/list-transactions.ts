import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, int64, nullable, since, string } from '../schema.js'

const listTransactions = api(66, 'ListTransactions', { versions: [0, 2], flexible: 0 })

/** The answer to ListTransactionsRequest. */
export const ListTransactionsResponse = listTransactions.response({
  throttleTimeMs: int32,
  errorCode: int16,
  unknownStateFilters: array(string),
  transactionStates: array({
    transactionalId: string,
    producerId: int64,
    transactionState: string,
  }),
})
export type ListTransactionsResponse = Output<typeof ListTransactionsResponse>

/** Transactions that a broker coordinates (KIP-664). v1: by duration (KIP-994); v2: by pattern of the id (KIP-1152). */
export const ListTransactionsRequest = listTransactions.request(ListTransactionsResponse, {
  stateFilters: array(string),
  producerIdFilters: array(int64),
  durationFilter: int64(since(1), byDefault(-1n)),
  transactionalIdPattern: string(since(2), nullable(), byDefault(null)),
})
export type ListTransactionsRequest = Input<typeof ListTransactionsRequest>
