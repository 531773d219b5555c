import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, int16, int32, nullable, string } from '../schema.js'

const createPartitions = api(37, 'CreatePartitions', { versions: [0, 3], flexible: 2 })

/** The answer to CreatePartitionsRequest. */
export const CreatePartitionsResponse = createPartitions.response({
  throttleTimeMs: int32,
  results: array({
    name: string,
    errorCode: int16,
    errorMessage: string(nullable(), byDefault(null)),
  }),
})
export type CreatePartitionsResponse = Output<typeof CreatePartitionsResponse>

/** Adds partitions to topics (KIP-195). */
export const CreatePartitionsRequest = createPartitions.request(CreatePartitionsResponse, {
  topics: array({
    name: string,
    count: int32,
    assignments: array({ brokerIds: array(int32) }, nullable()),
  }),
  timeoutMs: int32,
  validateOnly: bool,
})
export type CreatePartitionsRequest = Input<typeof CreatePartitionsRequest>
