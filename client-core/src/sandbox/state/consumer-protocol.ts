import { utf8Length } from '../../bytes/utf8.js'
import { Writer } from '../../bytes/writer.js'
import type { Assignment } from './group.js'

/**
 * What consumers tell each other through a classic group (protocol type `consumer`): the subscription in JoinGroup and the assignment in SyncGroup,
 * version 3 of both. The broker passes them on unread.
 */
export function encodeSubscription(topics: readonly string[], generation: number): Uint8Array {
  const to = new Writer()
  to.int16(3)
  to.int32(topics.length)
  for (const topic of topics) string(to, topic)
  to.int32(-1) // user data: null
  to.int32(0) // owned partitions: none
  to.int32(generation)
  to.int16(-1) // rack: null
  return to.toBytes()
}

export function encodeAssignment(assignment: Assignment): Uint8Array {
  const to = new Writer()
  to.int16(3)
  to.int32(assignment.size)
  for (const [topic, partitions] of assignment) {
    string(to, topic)
    to.int32(partitions.length)
    for (const partition of partitions) to.int32(partition)
  }
  to.int32(-1) // user data: null
  return to.toBytes()
}

function string(to: Writer, text: string): void {
  const size = utf8Length(text)
  to.int16(size)
  to.string(text, size)
}
