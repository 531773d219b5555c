import type { ListGroupsRequest, ListGroupsResponse } from '../../protocol/api/list-groups.js'
import type { ListTransactionsRequest, ListTransactionsResponse } from '../../protocol/api/list-transactions.js'
import type { Cluster } from '../cluster.js'
import { maxThrottle, nothingStale, type Piece, type Sharder, unique } from './sharder.js'

/** One piece per broker of the cluster, as it is now: whoever was left out would be missed by nobody. */
export async function toEveryBroker<B>(cluster: Cluster, body: B): Promise<Piece<B>[]> {
  await cluster.loadMetadata([], { initiator: 'routing' })
  return cluster.brokers.discovered.map(b => ({ target: { broker: b.metadata.nodeId }, body }))
}

/** While a coordinator moves, two brokers may list the same group. */
export const listGroups: Sharder<ListGroupsRequest, ListGroupsResponse> = {
  ...nothingStale,
  split: toEveryBroker,
  merge: answers => ({
    ...answers[0],
    errorCode: answers.find(a => a.errorCode !== 0)?.errorCode ?? 0,
    throttleTimeMs: maxThrottle(answers),
    groups: unique(
      answers.flatMap(a => a.groups),
      group => group.groupId,
    ),
  }),
}

export const listTransactions: Sharder<ListTransactionsRequest, ListTransactionsResponse> = {
  ...nothingStale,
  split: toEveryBroker,
  merge: answers => ({
    ...answers[0],
    errorCode: answers.find(a => a.errorCode !== 0)?.errorCode ?? 0,
    throttleTimeMs: maxThrottle(answers),
    unknownStateFilters: [...new Set(answers.flatMap(a => a.unknownStateFilters))],
    transactionStates: unique(
      answers.flatMap(a => a.transactionStates),
      transaction => transaction.transactionalId,
    ),
  }),
}
