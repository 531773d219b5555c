import { malformed } from '../bytes/malformed.js'
import { reader } from '../bytes/reader.js'
import { decodeFrom } from './codec.js'
import { GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue } from './data/classic-group-log.js'
import * as consumer from './data/consumer-group-log.js'
import * as share from './data/share-group-log.js'
import { ShareSnapshotKey, ShareSnapshotValue, ShareUpdateKey, ShareUpdateValue } from './data/share-state-log.js'
import * as streams from './data/streams-group-log.js'
import { TransactionLogKey, TransactionLogValue } from './data/transaction-log.js'
import type { Message, Output } from './message.js'
import { readInt16 } from './versioned.js'

/** What a topic of a coordinator holds: by name, the versions in front of the key, and the tables of key and value. */
type LogTables = Readonly<Record<string, readonly [keyVersions: readonly number[], key: Message, value: Message]>>

/** A record whose layout is not known here: of a newer Kafka, or of a preview that was dropped. */
export interface UnknownLogRecord {
  readonly type: 'unknown'
  readonly keyVersion: number
  /** null for a tombstone. */
  readonly valueVersion: number | null
}

/** One record; `value` is null for a tombstone, which says that what the key names is gone. */
type LogRecordOf<T extends LogTables> =
  | { [N in keyof T & string]: { readonly type: N; readonly key: Output<T[N][1]>; readonly value: Output<T[N][2]> | null } }[keyof T &
      string]
  | UnknownLogRecord

/** 0 is how 0.8.2 wrote commits; 9 and 18 were given out in previews and taken back. */
const offsetsLog = {
  OffsetCommit: [[0, 1], OffsetCommitKey, OffsetCommitValue],
  GroupMetadata: [[2], GroupMetadataKey, GroupMetadataValue],
  ConsumerGroupMetadata: [[3], consumer.ConsumerGroupMetadataKey, consumer.ConsumerGroupMetadataValue],
  ConsumerGroupPartitionMetadata: [[4], consumer.ConsumerGroupPartitionMetadataKey, consumer.ConsumerGroupPartitionMetadataValue],
  ConsumerGroupMemberMetadata: [[5], consumer.ConsumerGroupMemberMetadataKey, consumer.ConsumerGroupMemberMetadataValue],
  ConsumerGroupTargetAssignmentMetadata: [
    [6],
    consumer.ConsumerGroupTargetAssignmentMetadataKey,
    consumer.ConsumerGroupTargetAssignmentMetadataValue,
  ],
  ConsumerGroupTargetAssignmentMember: [
    [7],
    consumer.ConsumerGroupTargetAssignmentMemberKey,
    consumer.ConsumerGroupTargetAssignmentMemberValue,
  ],
  ConsumerGroupCurrentMemberAssignment: [
    [8],
    consumer.ConsumerGroupCurrentMemberAssignmentKey,
    consumer.ConsumerGroupCurrentMemberAssignmentValue,
  ],
  ConsumerGroupRegularExpression: [[16], consumer.ConsumerGroupRegularExpressionKey, consumer.ConsumerGroupRegularExpressionValue],
  ShareGroupMemberMetadata: [[10], share.ShareGroupMemberMetadataKey, share.ShareGroupMemberMetadataValue],
  ShareGroupMetadata: [[11], share.ShareGroupMetadataKey, share.ShareGroupMetadataValue],
  ShareGroupTargetAssignmentMetadata: [[12], share.ShareGroupTargetAssignmentMetadataKey, share.ShareGroupTargetAssignmentMetadataValue],
  ShareGroupTargetAssignmentMember: [[13], share.ShareGroupTargetAssignmentMemberKey, share.ShareGroupTargetAssignmentMemberValue],
  ShareGroupCurrentMemberAssignment: [[14], share.ShareGroupCurrentMemberAssignmentKey, share.ShareGroupCurrentMemberAssignmentValue],
  ShareGroupStatePartitionMetadata: [[15], share.ShareGroupStatePartitionMetadataKey, share.ShareGroupStatePartitionMetadataValue],
  StreamsGroupMetadata: [[17], streams.StreamsGroupMetadataKey, streams.StreamsGroupMetadataValue],
  StreamsGroupMemberMetadata: [[19], streams.StreamsGroupMemberMetadataKey, streams.StreamsGroupMemberMetadataValue],
  StreamsGroupTargetAssignmentMetadata: [
    [20],
    streams.StreamsGroupTargetAssignmentMetadataKey,
    streams.StreamsGroupTargetAssignmentMetadataValue,
  ],
  StreamsGroupTargetAssignmentMember: [
    [21],
    streams.StreamsGroupTargetAssignmentMemberKey,
    streams.StreamsGroupTargetAssignmentMemberValue,
  ],
  StreamsGroupCurrentMemberAssignment: [
    [22],
    streams.StreamsGroupCurrentMemberAssignmentKey,
    streams.StreamsGroupCurrentMemberAssignmentValue,
  ],
  StreamsGroupTopology: [[23], streams.StreamsGroupTopologyKey, streams.StreamsGroupTopologyValue],
} as const

/** A record of `__consumer_offsets`: a commit, or what a group coordinator remembers of a group. */
export type OffsetsLogRecord = LogRecordOf<typeof offsetsLog>

/**
 * Reads a record of `__consumer_offsets`, told by the version in front of its key. A key or value that is newer than our tables gives
 * `unknown`. Control records (markers of transactions) are no such records: leave batches with `isControl` out.
 * @throws ClientError `MALFORMED` for bytes that are not what their versions call for, and for a null key.
 */
export function readOffsetsLogRecord(key: Uint8Array | null, value: Uint8Array | null): OffsetsLogRecord {
  return readLogRecord(offsetsLog, key, value)
}

const transactionLog = { TransactionLog: [[0], TransactionLogKey, TransactionLogValue] } as const

/** A record of `__transaction_state`: what a transaction coordinator remembers of a transactional id. */
export type TransactionLogRecord = LogRecordOf<typeof transactionLog>

/** Reads a record of `__transaction_state`; all else as in `readOffsetsLogRecord`. */
export function readTransactionLogRecord(key: Uint8Array | null, value: Uint8Array | null): TransactionLogRecord {
  return readLogRecord(transactionLog, key, value)
}

const shareStateLog = {
  ShareSnapshot: [[0], ShareSnapshotKey, ShareSnapshotValue],
  ShareUpdate: [[1], ShareUpdateKey, ShareUpdateValue],
} as const

/** A record of `__share_group_state`: what a share coordinator remembers of a partition that a share group reads. */
export type ShareStateLogRecord = LogRecordOf<typeof shareStateLog>

/** Reads a record of `__share_group_state`; all else as in `readOffsetsLogRecord`. */
export function readShareStateLogRecord(key: Uint8Array | null, value: Uint8Array | null): ShareStateLogRecord {
  return readLogRecord(shareStateLog, key, value)
}

function readLogRecord<T extends LogTables>(tables: T, key: Uint8Array | null, value: Uint8Array | null): LogRecordOf<T> {
  if (key === null) throw malformed('key', 0, 'records of coordinators have one')
  const keys = reader(key)
  const keyVersion = readInt16(keys)
  const values = value === null ? null : reader(value)
  const valueVersion = values && readInt16(values)
  const found = Object.entries(tables).find(([, [versions]]) => versions.includes(keyVersion))
  if (found === undefined) return { type: 'unknown', keyVersion, valueVersion }
  const [type, [, keyTable, valueTable]] = found
  const [first, last] = valueTable.versions
  if (valueVersion !== null && (valueVersion < first || valueVersion > last)) return { type: 'unknown', keyVersion, valueVersion }
  return {
    type,
    key: decodeFrom(keys, keyTable, 0),
    value: values === null || valueVersion === null ? null : decodeFrom(values, valueTable, valueVersion),
  } as LogRecordOf<T>
}
