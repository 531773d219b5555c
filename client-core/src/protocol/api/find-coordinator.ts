import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int8, int16, int32, nullable, since, string, until } from '../schema.js'

const findCoordinator = api(10, 'FindCoordinator', { versions: [0, 6], flexible: 3 })

/** v0-3 answer for one key at the top, v4 and later per key. */
export const FindCoordinatorResponse = findCoordinator.response({
  throttleTimeMs: int32(since(1), ignorable),
  errorCode: int16(until(3)),
  errorMessage: string(since(1), until(3), nullable(), ignorable),
  nodeId: int32(until(3)),
  host: string(until(3)),
  port: int32(until(3)),
  coordinators: array(
    {
      key: string,
      nodeId: int32,
      host: string,
      port: int32,
      errorCode: int16,
      errorMessage: string(nullable(), ignorable),
    },
    since(4),
  ),
})
export type FindCoordinatorResponse = Output<typeof FindCoordinatorResponse>

/**
 * The broker that coordinates a group, a transactional id (v1, KIP-98) or a share partition (v6, KIP-932). v4: several keys at once
 * (KIP-699).
 */
export const FindCoordinatorRequest = findCoordinator.request(FindCoordinatorResponse, {
  key: string(until(3)),
  keyType: int8(since(1), byDefault(0)),
  coordinatorKeys: array(string, since(4)),
})
export type FindCoordinatorRequest = Input<typeof FindCoordinatorRequest>
