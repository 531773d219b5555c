import { api, type Input, type Output } from '../message.js'
import { array, byDefault, ignorable, int16, int32, int64, nullable, records, string, struct, tagged, uint16, uuid } from '../schema.js'

const fetchSnapshot = api(59, 'FetchSnapshot', { versions: [0, 1], flexible: 0 })

/** The answer to FetchSnapshotRequest. */
export const FetchSnapshotResponse = fetchSnapshot.response({
  throttleTimeMs: int32(ignorable),
  errorCode: int16,
  topics: array({
    name: string,
    partitions: array({
      index: int32,
      errorCode: int16,
      snapshotId: struct({ endOffset: int64, epoch: int32 }),
      currentLeader: struct({ leaderId: int32, leaderEpoch: int32 }, tagged(0, 0)),
      size: int64,
      position: int64,
      unalignedRecords: records,
    }),
  }),
  nodeEndpoints: array(
    {
      nodeId: int32,
      host: string,
      port: uint16,
    },
    tagged(0, 1),
  ),
})
export type FetchSnapshotResponse = Output<typeof FetchSnapshotResponse>

/** A piece of a KRaft snapshot (KIP-630). */
export const FetchSnapshotRequest = fetchSnapshot.request(FetchSnapshotResponse, {
  clusterId: string(tagged(0, 0), nullable(), byDefault(null)),
  replicaId: int32(byDefault(-1)),
  maxBytes: int32(byDefault(0x7fffffff)),
  topics: array({
    name: string,
    partitions: array({
      partition: int32,
      currentLeaderEpoch: int32,
      snapshotId: struct({ endOffset: int64, epoch: int32 }),
      position: int64,
      replicaDirectoryId: uuid(tagged(0, 1), ignorable),
    }),
  }),
})
export type FetchSnapshotRequest = Input<typeof FetchSnapshotRequest>
