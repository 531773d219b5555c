/** The assignment inside a classic consumer group's member. A group may hold anything else there (Connect workers do): nothing is trusted. */
import { ConsumerProtocolAssignment, decodeVersioned } from '@milena/client-core/protocol'

export interface AssignedTopic {
  topic: string
  partitions: number[]
}

/** null when the bytes are no such assignment; empty bytes are an empty assignment. */
export function readAssignment(bytes: Uint8Array): AssignedTopic[] | null {
  if (bytes.byteLength === 0) return []
  try {
    const { assignedPartitions } = decodeVersioned(ConsumerProtocolAssignment, bytes).value
    return assignedPartitions.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] }))
  } catch {
    return null
  }
}
