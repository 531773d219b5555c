import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, int64, nullable, since, string, tagged, until, uuid } from '../schema.js'

const updateMetadata = api(6, 'UpdateMetadata', { versions: [0, 8], flexible: 6 })

const updateMetadataPartitionState = {
  topicName: string(until(4), ignorable),
  partitionIndex: int32,
  controllerEpoch: int32,
  leader: int32,
  leaderEpoch: int32,
  isr: array(int32),
  zkVersion: int32,
  replicas: array(int32),
  offlineReplicas: array(int32, since(4), ignorable),
}

/** The answer to UpdateMetadataRequest. */
export const UpdateMetadataResponse = updateMetadata.response({ errorCode: int16 })
export type UpdateMetadataResponse = Output<typeof UpdateMetadataResponse>

/** Told brokers of partitions and of each other; went with ZooKeeper in 4.0. */
export const UpdateMetadataRequest = updateMetadata.request(UpdateMetadataResponse, {
  controllerId: int32,
  isKRaftController: bool(since(8), byDefault(false)),
  type: int8(tagged(0, 8), byDefault(0)),
  controllerEpoch: int32,
  brokerEpoch: int64(since(5), byDefault(-1n), ignorable),
  ungroupedPartitionStates: array(updateMetadataPartitionState, until(4)),
  topicStates: array(
    {
      topicName: string,
      topicId: uuid(since(7), ignorable),
      partitionStates: array(updateMetadataPartitionState),
    },
    since(5),
  ),
  liveBrokers: array({
    id: int32,
    v0Host: string(until(0), ignorable),
    v0Port: int32(until(0), ignorable),
    endpoints: array(
      {
        port: int32,
        host: string,
        listener: string(since(3), ignorable),
        securityProtocol: int16,
      },
      since(1),
      ignorable,
    ),
    rack: string(since(2), nullable(), ignorable),
  }),
})
export type UpdateMetadataRequest = Input<typeof UpdateMetadataRequest>
