/** Consumer groups: the list, and a summary with lag for rows on screen. */
import type { Fault, GroupList, GroupSummary } from '../session/protocol.js'
import type { Session } from '../session/session.js'
import { faultOf } from '../session/session.js'
import { type LazyFacts, lazyFacts } from './lazy-facts.js'
import { type Remote, remote } from './remote.js'

export interface GroupsStore {
  list: Remote<GroupList>
  summaries: LazyFacts<GroupSummary>
}

export function createGroups(session: Session): GroupsStore {
  const view = 'groups'
  return {
    list: remote(
      signal => session.call('groups.list', {}, { view, signal }),
      error => faultOf(error, 'Groups not read'),
    ),
    summaries: lazyFacts<GroupSummary>({
      fetch: async (groups, signal) => {
        const answers = await session.call('groups.summaries', { groups }, { view, signal })
        return new Map(answers.map(answer => [answer.group, answer.fault ?? answer]))
      },
      isFault: (value): value is Fault => 'code' in value,
      faultOf: error => faultOf(error, 'Group not read'),
      keepMs: 10_000,
    }),
  }
}
