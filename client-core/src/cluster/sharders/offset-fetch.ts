import type { zeroUuid } from '../../bytes/uuid.js'
import type { OffsetFetchRequest, OffsetFetchResponse } from '../../protocol/api/offset-fetch.js'
import { byCoordinator, forgetGroups, notCoordinated } from './coordinators.js'
import { isStale, maxThrottle, type Sharder } from './sharder.js'

/** Written out: the module, imported, would become a chunk of its own. */
const noTopicId: typeof zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

const groupsOf = (body: OffsetFetchRequest) => body.groups ?? []
const namesOf = (body: OffsetFetchRequest): string[] =>
  body.groups ? body.groups.map(g => g.groupId) : body.groupId === undefined ? [] : [body.groupId]

const only = (body: OffsetFetchRequest, names: readonly string[]): OffsetFetchRequest =>
  body.groups ? { ...body, groups: body.groups.filter(g => names.includes(g.groupId)) } : body

/**
 * Committed offsets, asked for in one of two forms: of several groups (`groups`: v8, KIP-709), for which a broker that lacks it is asked group by
 * group; or of one group in the fields of old, which v8 took away.
 */
export const offsetFetch: Sharder<OffsetFetchRequest, OffsetFetchResponse> = {
  isBound: true,
  split: (cluster, body) => byCoordinator(cluster, namesOf(body), names => only(body, names)),
  refused: (answer, body) => {
    if (isStale(answer.errorCode)) return { again: body }
    const rest = (groups: typeof answer.groups) => ({ ...answer, groups })
    return notCoordinated(
      namesOf(body),
      answer.groups,
      g => g.groupId,
      names => only(body, names),
      rest,
    )
  },
  forget: (cluster, body) => forgetGroups(cluster, namesOf(body)),
  pin: body => {
    if (!body.groups) return { max: 7 }
    // From v10 on topics go by id alone.
    const byId = body.groups.some(g => g.topics?.some(t => t.topicId !== undefined && t.topicId !== noTopicId && !t.name))
    return { min: byId ? 10 : body.groups.length > 1 ? 8 : undefined, max: byId ? undefined : 9 }
  },
  fit: (body, version) => {
    if (version >= 8 || !body.groups) return version >= 7 ? body : { ...body, requireStable: false }
    const [{ groupId, topics }] = body.groups
    return {
      groupId,
      topics: topics === null ? null : topics.map(t => ({ name: t.name ?? '', partitionIndexes: t.partitionIndexes })),
      requireStable: version >= 7 ? body.requireStable : false,
    }
  },
  read: (answer, body) => {
    if (!body.groups || answer.groups.length > 0 || body.groups.length !== 1) return answer
    const topics = answer.topics.map(t => ({ ...t, topicId: noTopicId }))
    return { ...answer, topics: [], errorCode: 0, groups: [{ groupId: body.groups[0].groupId, topics, errorCode: answer.errorCode }] }
  },
  singles: body => groupsOf(body).map(group => ({ ...body, groups: [group] })),
  merge: answers => ({ ...answers[0], throttleTimeMs: maxThrottle(answers), groups: answers.flatMap(a => a.groups) }),
}
