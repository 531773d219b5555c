import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, nullable, since, string, until, uuid } from '../schema.js'

const deleteTopics = api(20, 'DeleteTopics', { versions: [0, 6], flexible: 4 })

/** The answer to DeleteTopicsRequest. */
export const DeleteTopicsResponse = deleteTopics.response({
  throttleTimeMs: int32(since(1), ignorable),
  responses: array({
    name: string(nullable(6)),
    topicId: uuid(since(6), ignorable),
    errorCode: int16,
    errorMessage: string(since(5), nullable(), byDefault(null), ignorable),
  }),
})
export type DeleteTopicsResponse = Output<typeof DeleteTopicsResponse>

/** Deletes topics. v6: by id (KIP-516). */
export const DeleteTopicsRequest = deleteTopics.request(DeleteTopicsResponse, {
  topics: array({ name: string(nullable(), byDefault(null)), topicId: uuid }, since(6)),
  topicNames: array(string, until(5), ignorable),
  timeoutMs: int32,
})
export type DeleteTopicsRequest = Input<typeof DeleteTopicsRequest>
