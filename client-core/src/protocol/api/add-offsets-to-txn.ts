import { api, type Input, type Output } from '../message.js'
import { int16, int32, int64, string } from '../schema.js'

const addOffsetsToTxn = api(25, 'AddOffsetsToTxn', { versions: [0, 4], flexible: 3 })

/** The answer to AddOffsetsToTxnRequest. */
export const AddOffsetsToTxnResponse = addOffsetsToTxn.response({ throttleTimeMs: int32, errorCode: int16 })
export type AddOffsetsToTxnResponse = Output<typeof AddOffsetsToTxnResponse>

/** Adds a group's offsets to a transaction (KIP-98). */
export const AddOffsetsToTxnRequest = addOffsetsToTxn.request(AddOffsetsToTxnResponse, {
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  groupId: string,
})
export type AddOffsetsToTxnRequest = Input<typeof AddOffsetsToTxnRequest>
