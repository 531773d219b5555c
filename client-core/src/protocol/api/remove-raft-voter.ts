import { api, type Input, type Output } from '../message.js'
import { ignorable, int16, int32, nullable, string, uuid } from '../schema.js'

const removeRaftVoter = api(81, 'RemoveRaftVoter', { versions: [0, 0], flexible: 0 })

/** The answer to RemoveRaftVoterRequest. */
export const RemoveRaftVoterResponse = removeRaftVoter.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable(), ignorable),
})
export type RemoveRaftVoterResponse = Output<typeof RemoveRaftVoterResponse>

/** Removes a voter from the KRaft quorum (KIP-853). */
export const RemoveRaftVoterRequest = removeRaftVoter.request(RemoveRaftVoterResponse, {
  clusterId: string(nullable()),
  voterId: int32,
  voterDirectoryId: uuid,
})
export type RemoveRaftVoterRequest = Input<typeof RemoveRaftVoterRequest>
