import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, int64, since, string } from '../schema.js'

const controlledShutdown = api(7, 'ControlledShutdown', { versions: [0, 3], flexible: 3 })

/** The answer to ControlledShutdownRequest. */
export const ControlledShutdownResponse = controlledShutdown.response({
  errorCode: int16,
  remainingPartitions: array({ topicName: string, partitionIndex: int32 }),
})
export type ControlledShutdownResponse = Output<typeof ControlledShutdownResponse>

/** Announced a broker's shutdown to the controller; went with ZooKeeper in 4.0. v0 has a header without client id. */
export const ControlledShutdownRequest = controlledShutdown.request(ControlledShutdownResponse, {
  brokerId: int32,
  brokerEpoch: int64(since(2), byDefault(-1n), ignorable),
})
export type ControlledShutdownRequest = Input<typeof ControlledShutdownRequest>
