import { data, type Input } from '../message.js'
import { array, byDefault, bytes, int16, int32, int64, nullable, since, string } from '../schema.js'

const connector = { connector: string, tasks: array(int32) }

/**
 * What a worker of Kafka Connect tells its leader, inside JoinGroup, behind its version. v1: what it runs, a `ConnectMemberAssignment` behind
 * a version of its own, or null (KIP-415); v2 has the layout of v1 and signs its requests (KIP-507).
 */
export const ConnectMemberMetadata = data(
  'ConnectMemberMetadata',
  { versions: [0, 2] },
  { url: string, configOffset: int64, allocation: bytes(since(1), nullable(), byDefault(null)) },
)
export type ConnectMemberMetadata = Input<typeof ConnectMemberMetadata>

/** What the leader gives a worker, inside SyncGroup, behind its version. A connector's own task has the number -1. v1: what it must give up. */
export const ConnectMemberAssignment = data(
  'ConnectMemberAssignment',
  { versions: [0, 2] },
  {
    error: int16,
    leader: string,
    leaderUrl: string,
    configOffset: int64,
    assignment: array(connector, nullable(1)),
    revoked: array(connector, since(1), nullable(), byDefault(null)),
    delay: int32(since(1), byDefault(0)),
  },
)
export type ConnectMemberAssignment = Input<typeof ConnectMemberAssignment>
