import { ListGroupsRequest } from '../../protocol/api/list-groups.js'
import { coordinatorOf } from '../state/offsets-topic.js'
import { handler } from './handler.js'

/** The groups that this broker coordinates. v4: by state (KIP-518); v5: by type (KIP-848). Filters are compared without case; an empty one lets all through. */
export const listGroups = handler(ListGroupsRequest, {
  versions: [0, 5],
  handle({ cluster, broker }, { statesFilter, typesFilter }) {
    const states = lowered(statesFilter)
    const types = lowered(typesFilter)
    const groups = [...cluster.groups.values()]
      .filter(group => coordinatorOf(cluster, group.id) === broker)
      .filter(group => (states.size === 0 || states.has(group.state.toLowerCase())) && (types.size === 0 || types.has(group.type)))
      .map(({ id, protocolType, state, type }) => ({
        groupId: id,
        protocolType,
        groupState: state,
        groupType: type,
      }))
    return { errorCode: 0, groups }
  },
  failure: (_, code) => ({ errorCode: code, groups: [] }),
})

const lowered = (names: readonly string[]) => new Set(names.map(name => name.toLowerCase()))
