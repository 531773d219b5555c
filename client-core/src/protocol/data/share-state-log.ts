import { data, type Input } from '../message.js'
import { array, byDefault, int8, int16, int32, int64, string, tagged, uuid } from '../schema.js'

const batches = array({ firstOffset: int64, lastOffset: int64, deliveryState: int8, deliveryCount: int16 })

/** Of the whole state of a share partition: key version 0 (KIP-932). */
export const ShareSnapshotKey = data('ShareSnapshotKey', { versions: [0, 0] }, { groupId: string, topicId: uuid, partition: int32 })
export type ShareSnapshotKey = Input<typeof ShareSnapshotKey>

/** The whole state of a share partition. `deliveryState`: 0 available, 2 acknowledged, 4 archived. */
export const ShareSnapshotValue = data(
  'ShareSnapshotValue',
  { versions: [0, 0], flexible: 0 },
  {
    snapshotEpoch: int32,
    stateEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64,
    deliveryCompleteCount: int32(tagged(0, 0), byDefault(-1)),
    createTimestamp: int64,
    writeTimestamp: int64,
    stateBatches: batches,
  },
)
export type ShareSnapshotValue = Input<typeof ShareSnapshotValue>

/** Of a change to the state of a share partition: key version 1. */
export const ShareUpdateKey = data('ShareUpdateKey', { versions: [0, 0] }, { groupId: string, topicId: uuid, partition: int32 })
export type ShareUpdateKey = Input<typeof ShareUpdateKey>

/** What changed since the snapshot of that epoch. */
export const ShareUpdateValue = data(
  'ShareUpdateValue',
  { versions: [0, 0], flexible: 0 },
  {
    snapshotEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64,
    deliveryCompleteCount: int32(tagged(0, 0), byDefault(-1)),
    stateBatches: batches,
  },
)
export type ShareUpdateValue = Input<typeof ShareUpdateValue>
