import { data, type Input } from '../message.js'
import { array, int16, int32, int64, since, string, struct, uint16, uuid } from '../schema.js'

/** The key of a control record: 0 abort, 1 commit, 2 leader change, 3 and 4 snapshot header and footer, 5 KRaft version, 6 voters. */
export const ControlRecordTypeSchema = data('ControlRecordTypeSchema', { versions: [0, 0] }, { type: int16 })
export type ControlRecordTypeSchema = Input<typeof ControlRecordTypeSchema>

/** The value of an abort or commit marker (KIP-98). */
export const EndTxnMarker = data('EndTxnMarker', { versions: [0, 0] }, { coordinatorEpoch: int32 })
export type EndTxnMarker = Input<typeof EndTxnMarker>

const voter = { voterId: int32, voterDirectoryId: uuid(since(1)) }

/** The value of a KRaft leader change (KIP-595). */
export const LeaderChangeMessage = data(
  'LeaderChangeMessage',
  { versions: [0, 1], flexible: 0 },
  {
    version: int16,
    leaderId: int32,
    voters: array(voter),
    grantingVoters: array(voter),
  },
)
export type LeaderChangeMessage = Input<typeof LeaderChangeMessage>

/** The first record of a KRaft snapshot (KIP-630). */
export const SnapshotHeaderRecord = data(
  'SnapshotHeaderRecord',
  { versions: [0, 0], flexible: 0 },
  { version: int16, lastContainedLogTimestamp: int64 },
)
export type SnapshotHeaderRecord = Input<typeof SnapshotHeaderRecord>

/** The last record of a KRaft snapshot (KIP-630). */
export const SnapshotFooterRecord = data('SnapshotFooterRecord', { versions: [0, 0], flexible: 0 }, { version: int16 })
export type SnapshotFooterRecord = Input<typeof SnapshotFooterRecord>

/** The finalized version of KRaft (KIP-853). */
export const KRaftVersionRecord = data('KRaftVersionRecord', { versions: [0, 0], flexible: 0 }, { version: int16, kRaftVersion: int16 })
export type KRaftVersionRecord = Input<typeof KRaftVersionRecord>

/** The set of KRaft voters (KIP-853). */
export const VotersRecord = data(
  'VotersRecord',
  { versions: [0, 0], flexible: 0 },
  {
    version: int16,
    voters: array({
      voterId: int32,
      voterDirectoryId: uuid,
      endpoints: array({
        name: string,
        host: string,
        port: uint16,
      }),
      kRaftVersionFeature: struct({ minSupportedVersion: int16, maxSupportedVersion: int16 }),
    }),
  },
)
export type VotersRecord = Input<typeof VotersRecord>
