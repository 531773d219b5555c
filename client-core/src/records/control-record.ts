import { Reader } from '../bytes/reader.js'
import { ClientError } from '../error.js'
import { readFrom } from '../protocol/codec.js'
import { ControlRecordTypeSchema, EndTxnMarker, LeaderChangeMessage } from '../protocol/data/control-records.js'
import type { Output } from '../protocol/message.js'
import { decodeVersioned } from '../protocol/versioned.js'
import type { KafkaRecord } from './record.js'

/** What a control record says. Brokers write them between the records of clients; `consumer.keepControlRecords` gives them out. */
export type ControlRecord =
  /** A transaction of the record's producer ends here (KIP-98). */
  | { type: 'commit' | 'abort'; coordinatorEpoch: number }
  /** A KRaft quorum has a new leader (KIP-595). */
  | { type: 'leader-change'; leaderId: number; voters: readonly number[]; grantingVoters: readonly number[] }
  /** Snapshot headers, the quorum's version and voters, and what Kafka may add: `code` is the number in the key. */
  | { type: 'other'; code: number }

/**
 * Reads a record of a batch whose `attrs.isControl` is set.
 * @throws ClientError `INVALID_REQUEST` for any other record; `MALFORMED` for a key or value that is not what the type calls for.
 */
export function parseControlRecord(record: Pick<KafkaRecord, 'attrs' | 'key' | 'value' | 'offset'>): ControlRecord {
  if (!record.attrs.isControl) throw new ClientError('INVALID_REQUEST', `the record at offset ${record.offset} is not a control record`)
  const code = controlType(record.key)
  const value = record.value ?? new Uint8Array(0)
  if (code === 0 || code === 1) {
    const { coordinatorEpoch } = decodeVersioned(EndTxnMarker, value).value
    return { type: code === 0 ? 'abort' : 'commit', coordinatorEpoch }
  }
  if (code !== 2) return { type: 'other', code }
  const { leaderId, voters, grantingVoters } = leaderChange(value)
  return { type: 'leader-change', leaderId, voters: voters.map(v => v.voterId), grantingVoters: grantingVoters.map(v => v.voterId) }
}

const controlType = (key: Uint8Array | null): number => decodeVersioned(ControlRecordTypeSchema, key ?? new Uint8Array(0)).value.type

/** Its version is its first field, not a prefix. */
function leaderChange(bytes: Uint8Array): Output<typeof LeaderChangeMessage> {
  const version = new Reader(bytes).int16()
  const [first, last] = LeaderChangeMessage.versions
  return readFrom(new Reader(bytes), LeaderChangeMessage, Math.min(Math.max(version, first), last))
}
