import type { AlterConfigsRequest, AlterConfigsResponse } from '../../protocol/api/alter-configs.js'
import type { DescribeConfigsRequest, DescribeConfigsResponse } from '../../protocol/api/describe-configs.js'
import type { IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse } from '../../protocol/api/incremental-alter-configs.js'
import type { Cluster } from '../cluster.js'
import { maxThrottle, nothingStale, type Piece, type Sharder } from './sharder.js'

/** Brokers and broker loggers. */
const ownResources = new Set([4, 8])

/** A broker describes and changes its own configuration and its loggers; topics and the cluster's defaults are the same everywhere. */
async function byResource<T extends { resourceType: number; resourceName: string }, B extends { resources: readonly T[] }>(
  _: Cluster,
  body: B,
): Promise<Piece<B>[]> {
  const isOwn = (r: T) => ownResources.has(r.resourceType) && /^\d{1,10}$/.test(r.resourceName)
  const rest = body.resources.filter(r => !isOwn(r))
  const own = new Map<number, T[]>()
  for (const r of body.resources) if (isOwn(r)) own.set(Number(r.resourceName), [...(own.get(Number(r.resourceName)) ?? []), r])
  const pieces: Piece<B>[] = [...own].map(([broker, resources]) => ({ target: { broker }, body: { ...body, resources } }))
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
