import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, int64, nullable, since, string, uint16, uuid } from '../schema.js'

const brokerRegistration = api(62, 'BrokerRegistration', { versions: [0, 4], flexible: 0 })

/** The answer to BrokerRegistrationRequest. */
export const BrokerRegistrationResponse = brokerRegistration.response({
  throttleTimeMs: int32,
  errorCode: int16,
  brokerEpoch: int64(byDefault(-1n)),
})
export type BrokerRegistrationResponse = Output<typeof BrokerRegistrationResponse>

/** A broker registers with the KRaft controller (KIP-631). */
export const BrokerRegistrationRequest = brokerRegistration.request(BrokerRegistrationResponse, {
  brokerId: int32,
  clusterId: string,
  incarnationId: uuid,
  listeners: array({
    name: string,
    host: string,
    port: uint16,
    securityProtocol: int16,
  }),
  features: array({
    name: string,
    minSupportedVersion: int16,
    maxSupportedVersion: int16,
  }),
  rack: string(nullable()),
  isMigratingZkBroker: bool(since(1), byDefault(false)),
  logDirs: array(uuid, since(2), ignorable),
  previousBrokerEpoch: int64(since(3), byDefault(-1n), ignorable),
})
export type BrokerRegistrationRequest = Input<typeof BrokerRegistrationRequest>
