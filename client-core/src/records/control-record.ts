import { reader } from '../bytes/reader.js'
import { ClientError } from '../error.js'
import { readFrom } from '../protocol/codec.js'
import {
  ControlRecordTypeSchema,
  EndTxnMarker,
  KRaftVersionRecord,
  LeaderChangeMessage,
  SnapshotFooterRecord,
  SnapshotHeaderRecord,
  VotersRecord,
} from '../protocol/data/control-records.js'
import type { Message, Output } from '../protocol/message.js'
import { decodeVersioned, readInt16 } from '../protocol/versioned.js'
import type { KafkaRecord } from './record.js'

/** What a control record says. Brokers write them between the records of clients; `consumer.keepControlRecords` gives them out. */
export type ControlRecord =
  /** A transaction of the record's producer ends here (KIP-98). */
  | { type: 'commit' | 'abort'; coordinatorEpoch: number }
  /** A KRaft quorum has a new leader (KIP-595). */
  | { type: 'leader-change'; leaderId: number; voters: readonly number[]; grantingVoters: readonly number[] }
  /** The first and the last record of a KRaft snapshot (KIP-630); the time is the last one that the snapshot covers, in ms. */
  | { type: 'snapshot-header'; lastContainedLogTimestamp: bigint }
  | { type: 'snapshot-footer' }
  /** The quorum's version and its voters (KIP-853). */
  | { type: 'kraft-version'; kRaftVersion: number }
  | { type: 'kraft-voters'; voters: Output<typeof VotersRecord>['voters'] }
  /** What Kafka may add: `code` is the number in the key. */
  | { type: 'other'; code: number }

/**
 * Reads a record of a batch whose `attrs.isControl` is set.
 * @throws ClientError `INVALID_REQUEST` for any other record; `MALFORMED` for a key or value that is not what the type calls for.
 */
export function parseControlRecord(record: Pick<KafkaRecord, 'attrs' | 'key' | 'value' | 'offset'>): ControlRecord {
  if (!record.attrs.isControl) throw new ClientError('INVALID_REQUEST', `the record at offset ${record.offset} is not a control record`)
  const code = controlType(record.key)
  const value = record.value ?? new Uint8Array(0)
  switch (code) {
    case 0:
    case 1: {
      const { coordinatorEpoch } = decodeVersioned(EndTxnMarker, value).value
      return { type: code === 0 ? 'abort' : 'commit', coordinatorEpoch }
    }
    case 2: {
      const { leaderId, voters, grantingVoters } = quorumRecord(LeaderChangeMessage, value)
      return { type: 'leader-change', leaderId, voters: voters.map(v => v.voterId), grantingVoters: grantingVoters.map(v => v.voterId) }
    }
    case 3:
      return { type: 'snapshot-header', lastContainedLogTimestamp: quorumRecord(SnapshotHeaderRecord, value).lastContainedLogTimestamp }
    case 4:
      quorumRecord(SnapshotFooterRecord, value)
      return { type: 'snapshot-footer' }
    case 5:
      return { type: 'kraft-version', kRaftVersion: quorumRecord(KRaftVersionRecord, value).kRaftVersion }
    case 6:
      return { type: 'kraft-voters', voters: quorumRecord(VotersRecord, value).voters }
    default:
      return { type: 'other', code }
  }
}

const controlType = (key: Uint8Array | null): number => decodeVersioned(ControlRecordTypeSchema, key ?? new Uint8Array(0)).value.type

/** Their version is their first field, not a prefix. */
function quorumRecord<M extends Message>(message: M, bytes: Uint8Array): Output<M> {
  const version = readInt16(reader(bytes))
  const [first, last] = message.versions
  return readFrom(reader(bytes), message, Math.min(Math.max(version, first), last))
}
