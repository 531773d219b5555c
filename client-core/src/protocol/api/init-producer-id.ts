import { api, type Input, type Output } from '../message.js'
import { bool, byDefault, ignorable, int16, int32, int64, nullable, since, string } from '../schema.js'

const initProducerId = api(22, 'InitProducerId', { versions: [0, 6], flexible: 2, lastUnstable: true })

/** The answer to InitProducerIdRequest. */
export const InitProducerIdResponse = initProducerId.response({
  throttleTimeMs: int32(ignorable),
  errorCode: int16,
  producerId: int64(byDefault(-1n)),
  producerEpoch: int16,
  ongoingTxnProducerId: int64(since(6), byDefault(-1n)),
  ongoingTxnProducerEpoch: int16(since(6), byDefault(-1)),
})
export type InitProducerIdResponse = Output<typeof InitProducerIdResponse>

/**
 * A producer id and epoch, for idempotence or a transactional id (KIP-98). v3: continue with a known id (KIP-360); v4: PRODUCER_FENCED
 * instead of INVALID_PRODUCER_EPOCH; v6: two-phase commit (KIP-939).
 */
export const InitProducerIdRequest = initProducerId.request(InitProducerIdResponse, {
  transactionalId: string(nullable()),
  transactionTimeoutMs: int32,
  producerId: int64(since(3), byDefault(-1n)),
  producerEpoch: int16(since(3), byDefault(-1)),
  enable2Pc: bool(since(6), byDefault(false)),
  keepPreparedTxn: bool(since(6), byDefault(false)),
})
export type InitProducerIdRequest = Input<typeof InitProducerIdRequest>
