import { api, type Input, type Output } from '../message.js'
import { array, byDefault, int8, int16, int32, nullable, since, string } from '../schema.js'

const electLeaders = api(43, 'ElectLeaders', { versions: [0, 2], flexible: 2 })

/** The answer to ElectLeadersRequest. */
export const ElectLeadersResponse = electLeaders.response({
  throttleTimeMs: int32,
  errorCode: int16(since(1)),
  replicaElectionResults: array({
    topic: string,
    partitionResult: array({
      partitionId: int32,
      errorCode: int16,
      errorMessage: string(nullable()),
    }),
  }),
})
export type ElectLeadersResponse = Output<typeof ElectLeadersResponse>

/** Elects leaders: preferred (KIP-183), or unclean (v1, KIP-460). */
export const ElectLeadersRequest = electLeaders.request(ElectLeadersResponse, {
  electionType: int8(since(1)),
  topicPartitions: array({ topic: string, partitions: array(int32) }, nullable()),
  timeoutMs: int32(byDefault(60000)),
})
export type ElectLeadersRequest = Input<typeof ElectLeadersRequest>
