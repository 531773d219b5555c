import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, nullable, since, string, uint16, uuid } from '../schema.js'

const addRaftVoter = api(80, 'AddRaftVoter', { versions: [0, 1], flexible: 0 })

/** The answer to AddRaftVoterRequest. */
export const AddRaftVoterResponse = addRaftVoter.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), ignorable),
})
export type AddRaftVoterResponse = Output<typeof AddRaftVoterResponse>

/** Adds a voter to the KRaft quorum (KIP-853). */
export const AddRaftVoterRequest = addRaftVoter.request(AddRaftVoterResponse, {
  clusterId: string(nullable()),
  timeoutMs: int32,
  voterId: int32,
  voterDirectoryId: uuid,
  listeners: array({
    name: string,
    host: string,
    port: uint16,
  }),
  ackWhenCommitted: bool(since(1), byDefault(true)),
})
export type AddRaftVoterRequest = Input<typeof AddRaftVoterRequest>
