import type { AlterConfigsRequest, AlterConfigsResponse } from '../../protocol/api/alter-configs.js'
import type { DescribeConfigsRequest, DescribeConfigsResponse } from '../../protocol/api/describe-configs.js'
import type { DescribeLogDirsRequest, DescribeLogDirsResponse } from '../../protocol/api/describe-log-dirs.js'
import type { IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse } from '../../protocol/api/incremental-alter-configs.js'
import type { ListGroupsRequest, ListGroupsResponse } from '../../protocol/api/list-groups.js'
import type { ListTransactionsRequest, ListTransactionsResponse } from '../../protocol/api/list-transactions.js'
import type { Cluster } from '../cluster.js'
import { maxThrottle, type Piece, type Sharder, unique } from './sharder.js'

const nothingStale = { codes: () => [], forget: async () => {} }

/** One piece per broker of the cluster. */
async function toEveryBroker<B>(cluster: Cluster, body: B): Promise<Piece<B>[]> {
  if (cluster.brokers.discovered.length === 0) await cluster.loadMetadata([], { initiator: 'routing' })
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

/** Each broker knows its own disks alone. */
export const describeLogDirs: Sharder<DescribeLogDirsRequest, DescribeLogDirsResponse> = {
  ...nothingStale,
  split: toEveryBroker,
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), results: answers.flatMap(a => a.results) }),
}

const ownResources = new Set([4, 8])

/** A broker describes and changes its own configuration and its loggers; topics and the cluster's defaults are the same everywhere. */
async function byResource<T extends { resourceType: number; resourceName: string }, B extends { resources: readonly T[] }>(
  _: Cluster,
  body: B,
): Promise<Piece<B>[]> {
  const isOwn = (r: T) => ownResources.has(r.resourceType) && /^\d{1,10}$/.test(r.resourceName)
  const own = body.resources.filter(isOwn)
  const rest = body.resources.filter(r => !isOwn(r))
  const pieces: Piece<B>[] = own.map(r => ({ target: { broker: Number(r.resourceName) }, body: { ...body, resources: [r] } }))
  if (rest.length > 0) pieces.push({ target: 'any', body: { ...body, resources: rest } })
  return pieces
}

export const describeConfigs: Sharder<DescribeConfigsRequest, DescribeConfigsResponse> = {
  ...nothingStale,
  split: byResource,
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), results: answers.flatMap(a => a.results) }),
}

export const alterConfigs: Sharder<AlterConfigsRequest, AlterConfigsResponse> = {
  ...nothingStale,
  split: byResource,
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), responses: answers.flatMap(a => a.responses) }),
}

export const incrementalAlterConfigs: Sharder<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> = {
  ...nothingStale,
  split: byResource,
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), responses: answers.flatMap(a => a.responses) }),
}
