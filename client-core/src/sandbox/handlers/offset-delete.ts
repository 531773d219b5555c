import { OffsetDeleteRequest } from '../../protocol/api/offset-delete.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import type { Group } from '../state/group.js'
import { checkGroupAccess, groupHere } from './group-access.js'
import { handler, type RequestContext } from './handler.js'

/** Deletes offsets of topics that no member of the group reads (KIP-496). */
export const offsetDelete = handler(OffsetDeleteRequest, {
  versions: [0, 0],
  handle(context, { groupId, topics }) {
    try {
      checkGroupAccess(context, 'DELETE', groupId)
      const group = groupHere(context, groupId)
      if (!group) throw new Refusal('GROUP_ID_NOT_FOUND', `Group ${groupId} not found.`)
      const answers = topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: remove(context, group, name, partitionIndex) })),
      }))
      return { errorCode: 0, throttleTimeMs: 0, topics: answers }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { errorCode: errnoOf(error.code), throttleTimeMs: 0, topics: [] }
    }
  },
  failure: (_, errorCode) => ({ errorCode, throttleTimeMs: 0, topics: [] }),
})

function remove({ cluster, may }: RequestContext, group: Group, topic: string, partition: number): number {
  if (!may('READ', 'TOPIC', topic)) return errnoOf('TOPIC_AUTHORIZATION_FAILED')
  if (!cluster.partition(topic, partition)) return errnoOf('UNKNOWN_TOPIC_OR_PARTITION')
  if (group.reads(topic)) return errnoOf('GROUP_SUBSCRIBED_TO_TOPIC')
  const offsets = group.offsets.get(topic)
  offsets?.delete(partition)
  if (offsets?.size === 0) group.offsets.delete(topic)
  return 0
}
