import { data, type Input } from '../message.js'
import { array, byDefault, bytes, ignorable, int32, nullable, since, string } from '../schema.js'

/**
 * What a member of a classic group tells its leader, inside JoinGroup. v1: the partitions it owns (KIP-429); v2: the generation it owns
 * them from (KIP-792); v3: its rack (KIP-881).
 */
export const ConsumerProtocolSubscription = data(
  'ConsumerProtocolSubscription',
  { versions: [0, 3] },
  {
    topics: array(string),
    userData: bytes(nullable(), byDefault(null)),
    ownedPartitions: array({ topic: string, partitions: array(int32) }, since(1), ignorable),
    generationId: int32(since(2), byDefault(-1), ignorable),
    rackId: string(since(3), nullable(), byDefault(null), ignorable),
  },
)
export type ConsumerProtocolSubscription = Input<typeof ConsumerProtocolSubscription>

/** What the leader gives a member, inside SyncGroup. The versions have the same layout. */
export const ConsumerProtocolAssignment = data(
  'ConsumerProtocolAssignment',
  { versions: [0, 3] },
  { assignedPartitions: array({ topic: string, partitions: array(int32) }), userData: bytes(nullable(), byDefault(null)) },
)
export type ConsumerProtocolAssignment = Input<typeof ConsumerProtocolAssignment>
