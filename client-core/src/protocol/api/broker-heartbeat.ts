import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, int16, int32, int64, nullable, tagged, uuid } from '../schema.js'

const brokerHeartbeat = api(63, 'BrokerHeartbeat', { versions: [0, 2], flexible: 0 })

/** The answer to BrokerHeartbeatRequest. */
export const BrokerHeartbeatResponse = brokerHeartbeat.response({
  throttleTimeMs: int32,
  errorCode: int16,
  isCaughtUp: bool(byDefault(false)),
  isFenced: bool(byDefault(true)),
  shouldShutDown: bool,
})
export type BrokerHeartbeatResponse = Output<typeof BrokerHeartbeatResponse>

/** A broker keeps its registration alive (KIP-631). */
export const BrokerHeartbeatRequest = brokerHeartbeat.request(BrokerHeartbeatResponse, {
  brokerId: int32,
  brokerEpoch: int64(byDefault(-1n)),
  currentMetadataOffset: int64,
  wantFence: bool,
  wantShutDown: bool,
  offlineLogDirs: array(uuid, tagged(0, 1)),
  cordonedLogDirs: array(uuid, tagged(1, 2), nullable(), byDefault(null)),
})
export type BrokerHeartbeatRequest = Input<typeof BrokerHeartbeatRequest>
