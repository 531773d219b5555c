/**
 * Whether logs were truncated below positions (KIP-320). Loaded when the first leader changes; what it shares with the rest is handed in, since it
 * would have to be loaded in pieces otherwise.
 */
import type { Cluster } from '../cluster/cluster.js'
import { ClientError } from '../error.js'
import { OffsetForLeaderEpochRequest } from '../protocol/api/offset-for-leader-epoch.js'
import type { Cursor } from './cursor.js'
import { DataLossError } from './data-loss.js'
import type { AskLeaders, Placed } from './positions.js'

/** From here on the leader's own epoch is checked, so that a stale leader cannot answer (KIP-320). */
const leastVersion = 2

/**
 * Asks leaders where the epoch ended that each cursor read last: a log that ends before the position was truncated. A broker that is too old to be
 * asked cannot tell, and counts as having lost nothing.
 */
export async function validate(cluster: Cluster, cursors: readonly Cursor[], leaders: AskLeaders): Promise<Map<Cursor, Placed | Error>> {
  const topics = new Map<string, Map<number, Cursor>>()
  for (const cursor of cursors) {
    const partitions = topics.get(cursor.topic) ?? new Map<number, Cursor>()
    topics.set(cursor.topic, partitions.set(cursor.partition, cursor))
  }
  const request = OffsetForLeaderEpochRequest({
    replicaId: -1,
    topics: [...topics].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions.values()].map(c => ({
        partition: c.partition,
        currentLeaderEpoch: cluster.metadata.topic(topic)?.partitions[c.partition]?.leaderEpoch ?? -1,
        leaderEpoch: c.lastEpoch,
      })),
    })),
  })
  const out = new Map<Cursor, Placed | Error>()
  for (const shard of await leaders.send(request, leastVersion)) {
    const { error } = shard
    const isOld = error instanceof ClientError && error.code === 'UNSUPPORTED_VERSION'
    for (const t of error ? shard.request.body.topics : []) {
      for (const p of t.partitions) {
        const cursor = topics.get(t.topic)?.get(p.partition)
        if (cursor) out.set(cursor, isOld ? stay(cursor) : error!)
      }
    }
    for (const t of shard.response?.topics ?? []) {
      for (const p of t.partitions) {
        const cursor = topics.get(t.topic)?.get(p.partition)
        if (cursor)
          out.set(
            cursor,
            p.errorCode === 0 ? place(cursor, p.endOffset, p.leaderEpoch) : leaders.refused(t.topic, p.partition, p.errorCode),
          )
      }
    }
  }
  for (const cursor of cursors) if (!out.has(cursor)) out.set(cursor, leaders.refused(cursor.topic, cursor.partition))
  return out
}

const stay = ({ offset, lastEpoch: epoch }: Cursor): Placed => ({ offset, epoch })

/** -1: the leader knows nothing of that epoch, which is no proof that anything was lost. */
function place(cursor: Cursor, endOffset: bigint, epoch: number): Placed {
  if (endOffset < 0n || endOffset >= cursor.offset) return stay(cursor)
  return { offset: endOffset, epoch, error: new DataLossError(cursor.topic, cursor.partition, cursor.offset, endOffset) }
}
