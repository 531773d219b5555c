import { FindCoordinatorRequest } from '../../protocol/api/find-coordinator.js'
import { errnoOf, type KafkaErrorCode } from '../../protocol/errors.js'
import { coordinatorOf } from '../state/offsets-topic.js'
import { handler, type RequestContext } from './handler.js'

const GROUP = 0

/** The coordinator of groups; up to v3 of one, from v4 of several (KIP-699). There are no transaction and share coordinators here. */
export const findCoordinator = handler(FindCoordinatorRequest, {
  versions: [0, 6],
  handle(context, request, version) {
    if (version >= 4) return { coordinators: request.coordinatorKeys.map(key => find(context, key, request.keyType)) }
    const { key: _, ...found } = find(context, request.key, request.keyType)
    return { ...found, errorMessage: found.errorMessage || 'NONE' }
  },
  failure(request, code, version) {
    const nobody = { ...none, errorCode: code, errorMessage: null }
    return version >= 4 ? { coordinators: request.coordinatorKeys.map(key => ({ key, ...nobody })) } : nobody
  },
})

const none = { nodeId: -1, host: '', port: -1 }

function find({ cluster, listener, may }: RequestContext, key: string, keyType: number) {
  const refuse = (code: KafkaErrorCode, errorMessage: string) => ({ key, ...none, errorCode: errnoOf(code), errorMessage })
  if (keyType !== GROUP) return refuse('INVALID_REQUEST', `the sandbox has no coordinator of type ${keyType}`)
  if (!may('DESCRIBE', 'GROUP', key)) return refuse('GROUP_AUTHORIZATION_FAILED', '')
  const broker = coordinatorOf(cluster, key)
  const address = broker && listener.address(broker.id)
  if (!address) return refuse('COORDINATOR_NOT_AVAILABLE', 'The coordinator is not available.')
  return { key, nodeId: broker.id, host: address.host, port: address.port, errorCode: 0, errorMessage: '' }
}
