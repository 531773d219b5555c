import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int16, int32, nullable, string, struct, tagged, uint16, uuid } from '../schema.js'

const updateRaftVoter = api(82, 'UpdateRaftVoter', { versions: [0, 0], flexible: 0 })

/** The answer to UpdateRaftVoterRequest. */
export const UpdateRaftVoterResponse = updateRaftVoter.response({
  throttleTimeMs: int32,
  errorCode: int16,
  currentLeader: struct(
    {
      leaderId: int32(byDefault(-1)),
      leaderEpoch: int32(byDefault(-1)),
      host: string,
      port: int32,
    },
    tagged(0, 0),
  ),
})
export type UpdateRaftVoterResponse = Output<typeof UpdateRaftVoterResponse>

/** A voter tells the leader its addresses and versions (KIP-853). */
export const UpdateRaftVoterRequest = updateRaftVoter.request(UpdateRaftVoterResponse, {
  clusterId: string(nullable()),
  currentLeaderEpoch: int32,
  voterId: int32,
  voterDirectoryId: uuid,
  listeners: array({
    name: string,
    host: string,
    port: uint16,
  }),
  kRaftVersionFeature: struct({ minSupportedVersion: int16, maxSupportedVersion: int16 }),
})
export type UpdateRaftVoterRequest = Input<typeof UpdateRaftVoterRequest>
