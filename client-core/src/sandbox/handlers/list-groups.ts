import { ListGroupsRequest } from '../../protocol/api/list-groups.js'
import { errnoOf } from '../../protocol/errors.js'
import { CLUSTER } from '../state/acls.js'
import { coordinatorOf } from '../state/offsets-topic.js'
import { handler } from './handler.js'

/** The groups that this broker coordinates. v4: by state (KIP-518); v5: by type (KIP-848). Filters are compared without case; an empty one lets all through. */
export const listGroups = handler(ListGroupsRequest, {
  versions: [0, 5],
  handle({ cluster, broker, may }, { statesFilter, typesFilter }) {
    const states = lowered(statesFilter)
    const types = lowered(typesFilter)
    const seesAll = may('DESCRIBE', 'CLUSTER', CLUSTER)
    const isLoading = [...cluster.loading].some(partition => partition.leader === broker.id)
    const groups = [...cluster.groups.values()]
      .filter(group => coordinatorOf(cluster, group.id) === broker && (seesAll || may('DESCRIBE', 'GROUP', group.id)))
      .filter(group => (states.size === 0 || states.has(group.state.toLowerCase())) && (types.size === 0 || types.has(group.type)))
      .map(({ id, protocolType, state, type }) => ({
        groupId: id,
        protocolType,
        groupState: state,
        groupType: type,
      }))
    return { errorCode: isLoading ? errnoOf('COORDINATOR_LOAD_IN_PROGRESS') : 0, groups: isLoading ? [] : groups }
  },
  failure: (_, code) => ({ errorCode: code, groups: [] }),
})

const lowered = (names: readonly string[]) => new Set(names.map(name => name.toLowerCase()))
