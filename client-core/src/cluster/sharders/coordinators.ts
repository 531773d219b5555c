import type { ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse } from '../../protocol/api/consumer-group-describe.js'
import type { DeleteGroupsRequest, DeleteGroupsResponse } from '../../protocol/api/delete-groups.js'
import type { DescribeGroupsRequest, DescribeGroupsResponse } from '../../protocol/api/describe-groups.js'
import type { FindCoordinatorRequest, FindCoordinatorResponse } from '../../protocol/api/find-coordinator.js'
import type { Cluster } from '../cluster.js'
import { maxThrottle, type Piece, type Sharder } from './sharder.js'

/** Groups names by the broker that coordinates them. A coordinator that cannot be found is that name's error. */
export async function byCoordinator<B>(cluster: Cluster, groups: readonly string[], toBody: (groups: string[]) => B): Promise<Piece<B>[]> {
  const found = await Promise.allSettled(groups.map(group => cluster.coordinators.find('group', group)))
  const nodes = new Map<number, string[]>()
  const pieces: Piece<B>[] = []
  groups.forEach((group, i) => {
    const result = found[i]
    if (result.status === 'rejected') pieces.push({ body: toBody([group]), error: result.reason as Error })
    else nodes.set(result.value, [...(nodes.get(result.value) ?? []), group])
  })
  for (const [broker, names] of nodes) pieces.push({ target: { broker }, body: toBody(names) })
  return pieces
}

export async function forgetGroups(cluster: Cluster, groups: readonly string[]): Promise<void> {
  for (const group of groups) cluster.coordinators.forget('group', group)
}

export const describeGroups: Sharder<DescribeGroupsRequest, DescribeGroupsResponse> = {
  isBound: true,
  split: (cluster, body) => byCoordinator(cluster, body.groups, groups => ({ ...body, groups })),
  codes: answer => answer.groups.map(g => g.errorCode),
  forget: (cluster, body) => forgetGroups(cluster, body.groups),
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), groups: answers.flatMap(a => a.groups) }),
}

export const consumerGroupDescribe: Sharder<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse> = {
  isBound: true,
  split: (cluster, body) => byCoordinator(cluster, body.groupIds, groupIds => ({ ...body, groupIds })),
  codes: answer => answer.groups.map(g => g.errorCode),
  forget: (cluster, body) => forgetGroups(cluster, body.groupIds),
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), groups: answers.flatMap(a => a.groups) }),
}

/** One by one: a group that is asked for again because another one's coordinator had moved would be deleted already. */
export const deleteGroups: Sharder<DeleteGroupsRequest, DeleteGroupsResponse> = {
  isBound: true,
  split: async (cluster, body) => {
    const split = body.groupsNames.map(group => byCoordinator(cluster, [group], groupsNames => ({ groupsNames })))
    return (await Promise.all(split)).flat()
  },
  codes: answer => answer.results.map(g => g.errorCode),
  forget: (cluster, body) => forgetGroups(cluster, body.groupsNames),
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), results: answers.flatMap(a => a.results) }),
}

/** Any broker knows. Several keys at once came with v4 (KIP-699); the old form and the new one are answered in both. */
export const findCoordinator: Sharder<FindCoordinatorRequest, FindCoordinatorResponse> = {
  split: async (_, body) => [{ target: 'any', body }],
  codes: () => [],
  forget: async () => {},
  pin: body => ((body.coordinatorKeys?.length ?? 0) > 1 ? { min: 4 } : {}),
  fit: ({ key, keyType, coordinatorKeys = [] }, version) => {
    if (version < 4) return { key: key ?? coordinatorKeys[0], keyType }
    return { keyType, coordinatorKeys: coordinatorKeys.length > 0 || key === undefined ? coordinatorKeys : [key] }
  },
  read: (answer, { key, coordinatorKeys = [] }) => {
    const { throttleTimeMs, coordinators, ...top } = answer
    if (coordinators.length === 0) return { ...answer, coordinators: [{ key: key ?? coordinatorKeys[0], ...top }] }
    const { key: _, ...only } = coordinators[0]
    return coordinators.length === 1 ? { ...answer, ...only } : answer
  },
  singles: ({ coordinatorKeys = [], keyType }) => coordinatorKeys.map(key => ({ keyType, coordinatorKeys: [key] })),
  merge: answers =>
    answers.length === 1
      ? answers[0]
      : { ...answers[0], throttleTimeMs: maxThrottle(answers), coordinators: answers.flatMap(a => a.coordinators) },
}
