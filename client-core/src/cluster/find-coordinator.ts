import { FindCoordinatorRequest, type FindCoordinatorResponse } from '../protocol/api/find-coordinator.js'
import type { KafkaError } from '../protocol/errors.js'
import type { Cluster } from './cluster.js'
import type { CoordinatorType } from './coordinators.js'

const keyTypes: Record<CoordinatorType, number> = { group: 0, transaction: 1 }

/** Asks any broker. Ends with the client, not with the first of those who wait for it. `Refusal` is handed in: imported, its module would become a chunk of its own. */
export async function findCoordinator(cluster: Cluster, type: CoordinatorType, key: string, Refusal: typeof KafkaError): Promise<number> {
  let batched = false
  const body = (version: number) => {
    batched = version >= 4
    const keyType = version >= 1 ? keyTypes[type] : 0
    return batched ? { key: '', keyType, coordinatorKeys: [key] } : { key, keyType, coordinatorKeys: [] }
  }
  const check = (answer: unknown) => void coordinatorOf(answer as FindCoordinatorResponse, batched, key, Refusal)
  const answer = await cluster.call('any', FindCoordinatorRequest, body, { initiator: 'coordinator', check })
  const found = coordinatorOf(answer, batched, key, Refusal)
  cluster.brokers.merge([found], false)
  return found.nodeId
}

/** From version 4 on an answer holds a list (KIP-699), before that one coordinator. */
function coordinatorOf(response: FindCoordinatorResponse, version4: boolean, key: string, Refusal: typeof KafkaError) {
  const found = version4 ? response.coordinators.find(c => c.key === key) : response
  if (!found) throw new Refusal('COORDINATOR_NOT_AVAILABLE', `the answer to FindCoordinator does not name ${key}`)
  if (found.errorCode !== 0) throw new Refusal(found.errorCode, found.errorMessage)
  if (found.nodeId < 0) throw new Refusal('COORDINATOR_NOT_AVAILABLE', `the answer to FindCoordinator names no broker for ${key}`)
  return { nodeId: found.nodeId, host: found.host, port: found.port }
}
