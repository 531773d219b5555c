import { InitProducerIdRequest } from '../../protocol/api/init-producer-id.js'
import { errnoOf } from '../../protocol/errors.js'
import { CLUSTER } from '../state/acls.js'
import { handler } from './handler.js'

/**
 * A producer id for idempotence. Without a transactional id a broker hands out a new one each time, epoch 0, whatever the producer had before
 * (KIP-360 lets it bump its epoch by itself). There is no transaction coordinator here: a transactional id is refused.
 */
export const initProducerId = handler(InitProducerIdRequest, {
  versions: [0, 5],
  handle({ cluster, may, principal, connection }, request) {
    const { transactionalId } = request
    if (transactionalId !== null && !may('WRITE', 'TRANSACTIONAL_ID', transactionalId))
      return { throttleTimeMs: 0, errorCode: errnoOf('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'), producerId: -1n, producerEpoch: -1 }
    if (transactionalId !== null) return { throttleTimeMs: 0, errorCode: errnoOf('INVALID_REQUEST'), producerId: -1n, producerEpoch: -1 }
    // Whoever may write anywhere may write idempotently (KIP-679).
    if (!may('IDEMPOTENT_WRITE', 'CLUSTER', CLUSTER) && !cluster.acls.allowsAny(principal, connection.host, 'WRITE', 'TOPIC'))
      return { throttleTimeMs: 0, errorCode: errnoOf('CLUSTER_AUTHORIZATION_FAILED'), producerId: -1n, producerEpoch: -1 }
    return { throttleTimeMs: 0, errorCode: 0, producerId: cluster.newProducerId(), producerEpoch: 0 }
  },
  failure: (_, code) => ({ throttleTimeMs: 0, errorCode: code, producerId: -1n, producerEpoch: -1 }),
})
