import type { ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse } from '../../protocol/api/consumer-group-describe.js'
import type { DeleteGroupsRequest, DeleteGroupsResponse } from '../../protocol/api/delete-groups.js'
import type { DescribeGroupsRequest, DescribeGroupsResponse } from '../../protocol/api/describe-groups.js'
import type {
  DescribeShareGroupOffsetsRequest,
  DescribeShareGroupOffsetsResponse,
} from '../../protocol/api/describe-share-group-offsets.js'
import type { FindCoordinatorRequest, FindCoordinatorResponse } from '../../protocol/api/find-coordinator.js'
import type { Cluster } from '../cluster.js'
import type { CoordinatorType } from '../coordinators.js'
import { cut, isStale, maxThrottle, nothingStale, type Piece, type Refused, type Sharder } from './sharder.js'

/** Puts keys together whose coordinator is the same broker. A coordinator that cannot be found is that key's error. */
export async function byCoordinator<B>(
  cluster: Cluster,
  keys: readonly string[],
  toBody: (keys: string[]) => B,
  type: CoordinatorType = 'group',
): Promise<Piece<B>[]> {
  const found = await Promise.allSettled(keys.map(key => cluster.coordinators.find(type, key)))
  const nodes = new Map<number, string[]>()
  const pieces: Piece<B>[] = []
  keys.forEach((key, i) => {
    const result = found[i]
    if (result.status === 'rejected') pieces.push({ body: toBody([key]), error: result.reason as Error })
    else nodes.set(result.value, [...(nodes.get(result.value) ?? []), key])
  })
  for (const [broker, names] of nodes) pieces.push({ target: { broker }, body: toBody(names) })
  return pieces
}

export async function forgetGroups(cluster: Cluster, groups: readonly string[]): Promise<void> {
  for (const group of groups) cluster.coordinators.forget('group', group)
}

interface GroupsAnswer {
  throttleTimeMs: number
  groups: readonly { groupId: string; errorCode: number }[]
}

/** What a broker does not coordinate, in a request that names things and an answer with a part for each. */
export function notCoordinated<B, P extends { errorCode: number }, R>(
  names: readonly string[],
  parts: readonly P[],
  nameOf: (part: P) => string,
  only: (names: string[]) => B,
  rest: (parts: P[]) => R,
): Refused<B, R> | undefined {
  const keep = (chosen: (name: string) => boolean) => {
    const some = names.filter(chosen)
    return some.length > 0 ? only(some) : undefined
  }
  const refused = new Set(parts.filter(p => isStale(p.errorCode)).map(nameOf))
  return cut(refused, keep, () => rest(parts.filter(p => !isStale(p.errorCode))))
}

/** For requests that name groups, each answered by the group's coordinator. */
function groupSharder<B, R extends GroupsAnswer>(
  groupsOf: (body: B) => readonly string[],
  only: (body: B, groups: string[]) => B,
): Sharder<B, R> {
  return {
    isBound: true,
    split: (cluster, body) => byCoordinator(cluster, groupsOf(body), groups => only(body, groups)),
    refused: (answer, body) =>
      notCoordinated(
        groupsOf(body),
        answer.groups,
        g => g.groupId,
        groups => only(body, groups),
        groups => ({ ...answer, groups }),
      ),
    forget: (cluster, body) => forgetGroups(cluster, groupsOf(body)),
    merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), groups: answers.flatMap(a => a.groups) }),
  }
}

export const describeGroups: Sharder<DescribeGroupsRequest, DescribeGroupsResponse> = groupSharder(
  body => body.groups,
  (body, groups) => ({ ...body, groups }),
)

/** ConsumerGroupDescribe; those of share and streams groups have the same form. */
export const describeById: Sharder<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse> = groupSharder(
  body => body.groupIds,
  (body, groupIds) => ({ ...body, groupIds }),
)

export const describeShareGroupOffsets: Sharder<DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse> = groupSharder(
  body => body.groups.map(g => g.groupId),
  (body, ids) => ({ ...body, groups: body.groups.filter(g => ids.includes(g.groupId)) }),
)

/** One by one: a group that is asked for again because another one's coordinator had moved would be deleted already. */
export const deleteGroups: Sharder<DeleteGroupsRequest, DeleteGroupsResponse> = {
  isBound: true,
  split: async (cluster, body) => {
    const split = body.groupsNames.map(group => byCoordinator(cluster, [group], groupsNames => ({ groupsNames })))
    return (await Promise.all(split)).flat()
  },
  refused: (answer, body) => (answer.results.some(g => isStale(g.errorCode)) ? { again: body } : undefined),
  forget: (cluster, body) => forgetGroups(cluster, body.groupsNames),
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), results: answers.flatMap(a => a.results) }),
}

/** Any broker knows. Several keys at once came with v4 (KIP-699); the old form and the new one are answered in both. */
export const findCoordinator: Sharder<FindCoordinatorRequest, FindCoordinatorResponse> = {
  split: async (_, body) => [{ target: 'any', body }],
  ...nothingStale,
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
