import { api, type Input, type Output } from '../message.js'
import { bool, byDefault, ignorable, int16, int32, int64, since, string } from '../schema.js'

const endTxn = api(26, 'EndTxn', { versions: [0, 5], flexible: 3 })

/** The answer to EndTxnRequest. */
export const EndTxnResponse = endTxn.response({
  throttleTimeMs: int32,
  errorCode: int16,
  producerId: int64(since(5), byDefault(-1n), ignorable),
  producerEpoch: int16(since(5), byDefault(-1), ignorable),
})
export type EndTxnResponse = Output<typeof EndTxnResponse>

/** Commits or aborts a transaction (KIP-98). v5: the answer carries the producer's next epoch (KIP-890). */
export const EndTxnRequest = endTxn.request(EndTxnResponse, {
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  committed: bool,
})
export type EndTxnRequest = Input<typeof EndTxnRequest>
