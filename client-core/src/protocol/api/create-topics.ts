import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, nullable, since, string, tagged, uuid } from '../schema.js'

const createTopics = api(19, 'CreateTopics', { versions: [0, 7], flexible: 5 })

/** The answer to CreateTopicsRequest. */
export const CreateTopicsResponse = createTopics.response({
  throttleTimeMs: int32(since(2), ignorable),
  topics: array({
    name: string,
    topicId: uuid(since(7), ignorable),
    errorCode: int16,
    errorMessage: string(since(1), nullable(), ignorable),
    topicConfigErrorCode: int16(tagged(0, 5), ignorable),
    numPartitions: int32(since(5), byDefault(-1), ignorable),
    replicationFactor: int16(since(5), byDefault(-1), ignorable),
    configs: array(
      {
        name: string,
        value: string(nullable()),
        readOnly: bool,
        configSource: int8(byDefault(-1), ignorable),
        isSensitive: bool,
      },
      since(5),
      nullable(),
      ignorable,
    ),
  }),
})
export type CreateTopicsResponse = Output<typeof CreateTopicsResponse>

/**
 * Creates topics. v1: validate only; v4: broker defaults for partitions and replication (KIP-464); v5: the configs in the answer
 * (KIP-525); v7: topic ids (KIP-516).
 */
export const CreateTopicsRequest = createTopics.request(CreateTopicsResponse, {
  topics: array({
    name: string,
    numPartitions: int32,
    replicationFactor: int16,
    assignments: array({ partitionIndex: int32, brokerIds: array(int32) }),
    configs: array({ name: string, value: string(nullable()) }),
  }),
  timeoutMs: int32(byDefault(60000)),
  validateOnly: bool(since(1), byDefault(false)),
})
export type CreateTopicsRequest = Input<typeof CreateTopicsRequest>
