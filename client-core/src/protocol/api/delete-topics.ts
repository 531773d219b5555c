import { api, type Input, type Output } from '../message.js'
import { array, int16, int32, string, uuid } from '../schema.js'

const deleteTopics = api(20, 'DeleteTopics', { versions: [0, 6], flexible: 4 })

/** The answer to DeleteTopicsRequest. */
export const DeleteTopicsResponse = deleteTopics.response({
  throttleTimeMs: int32.since(1).ignorable,
  responses: array({
    name: string.nullable(6),
    topicId: uuid.since(6).ignorable,
    errorCode: int16,
    errorMessage: string.since(5).nullable().default(null).ignorable,
  }),
})
export type DeleteTopicsResponse = Output<typeof DeleteTopicsResponse>

/** Deletes topics. v6: by id (KIP-516). */
export const DeleteTopicsRequest = deleteTopics.request(DeleteTopicsResponse, {
  topics: array({ name: string.nullable().default(null), topicId: uuid }).since(6),
  topicNames: array(string).until(5).ignorable,
  timeoutMs: int32,
})
export type DeleteTopicsRequest = Input<typeof DeleteTopicsRequest>
