/** Where offsets lie that have to be looked up. Loaded when the first one is; see `epochs.ts` for why it is handed what it shares with the rest. */
import type { Cluster } from '../cluster/cluster.js'
import { ClientError } from '../error.js'
import { ListOffsetsRequest } from '../protocol/api/list-offsets.js'
import type { Cursor } from './cursor.js'
import type { Offset } from './offset.js'
import type { AskLeaders, Placed } from './positions.js'

/** The timestamps that stand for places (KIP-79). */
export const startTimestamp = -2n
export const endTimestamp = -1n

export interface ListedOffset {
  /** -1n: there is no record that late. */
  offset: bigint
  leaderEpoch: number
}
interface Ask {
  topic: string
  partition: number
  timestamp: bigint
}
type Listed = Map<Ask, ListedOffset | Error>

/** Asks leaders for offsets by time. Every ask gets its answer or its own error. */
async function list(cluster: Cluster, asks: readonly Ask[], committed: boolean, leaders: AskLeaders): Promise<Listed> {
  const topics = new Map<string, Map<number, Ask>>()
  for (const ask of asks) {
    const partitions = topics.get(ask.topic) ?? new Map<number, Ask>()
    topics.set(ask.topic, partitions.set(ask.partition, ask))
  }
  const request = ListOffsetsRequest({
    replicaId: -1,
    isolationLevel: committed ? 1 : 0,
    topics: [...topics].map(([name, partitions]) => ({
      name,
      partitions: [...partitions.values()].map(p => ({
        partitionIndex: p.partition,
        currentLeaderEpoch: cluster.metadata.topic(name)?.partitions[p.partition]?.leaderEpoch ?? -1,
        timestamp: p.timestamp,
      })),
    })),
    timeoutMs: 5_000,
  })
  const out: Listed = new Map()
  const set = (topic: string, partition: number, result: ListedOffset | Error) => {
    const ask = topics.get(topic)?.get(partition)
    if (ask) out.set(ask, result)
  }
  for (const { error, request: part, response } of await leaders.send(request)) {
    if (error) for (const t of part.body.topics) for (const p of t.partitions) set(t.name, p.partitionIndex, error)
    for (const t of response?.topics ?? []) {
      for (const p of t.partitions) {
        const listed = { offset: p.oldStyleOffsets[0] ?? p.offset, leaderEpoch: p.leaderEpoch }
        set(t.name, p.partitionIndex, p.errorCode === 0 ? listed : leaders.refused(t.name, p.partitionIndex, p.errorCode))
      }
    }
  }
  for (const ask of asks) if (!out.has(ask)) out.set(ask, leaders.refused(ask.topic, ask.partition))
  return out
}

/** Resolves where cursors are to begin. What may lie outside of the log is kept within it: from its start to its end. */
export async function resolveOffsets(
  cluster: Cluster,
  cursors: readonly Cursor[],
  committed: boolean,
  leaders: AskLeaders,
): Promise<Map<Cursor, Placed | Error>> {
  const ask = (timestampOf: (offset: Offset, cursor: Cursor) => bigint | false) => {
    const asks = new Map<Cursor, Ask>()
    for (const c of cursors) {
      const timestamp = c.wanted.kind !== 'committed' && timestampOf(c.wanted, c)
      if (timestamp !== false) asks.set(c, { topic: c.topic, partition: c.partition, timestamp })
    }
    return asks
  }
  const mayLieOutside = (o: Offset) => o.kind === 'exact' || o.delta !== 0n
  // A partition may stand in a request once, so starts, ends and times are asked for one by one.
  const asks = [
    ask((o, c) => (o.kind === 'start' || mayLieOutside(o) || c.outOfRange !== undefined) && startTimestamp),
    ask(o => (o.kind === 'end' || o.kind === 'after-milli' || mayLieOutside(o)) && endTimestamp),
    ask(o => o.kind === 'after-milli' && o.value),
  ]
  const [starts, ends, times] = await Promise.all(
    asks.map(async a => {
      const listed = a.size > 0 ? await list(cluster, [...a.values()], committed, leaders) : new Map()
      return (c: Cursor): ListedOffset | Error | undefined => listed.get(a.get(c)!)
    }),
  )
  return new Map(cursors.map(c => [c, place(c, starts(c), ends(c), times(c))]))
}

function place({ topic, partition, wanted, outOfRange }: Cursor, ...listed: (ListedOffset | Error | undefined)[]): Placed | Error {
  const failed = listed.find(l => l instanceof Error)
  if (failed instanceof Error) return failed
  if (wanted.kind === 'committed')
    return new ClientError('NO_OFFSET', `${topic} partition ${partition} has no committed position: it is consumed without a group`)
  const [start, end, time] = listed.map(l => (l as ListedOffset | undefined)?.offset)
  // Below the log's start nothing was skipped but what is gone: the reader goes on with the oldest record that is left.
  const at = outOfRange !== undefined && start !== undefined && outOfRange < start ? start : base(wanted, start, end, time) + wanted.delta
  const offset = start !== undefined && at < start ? start : end !== undefined && at > end ? end : at
  return { offset, epoch: -1 }
}

function base(wanted: Offset, start: bigint | undefined, end: bigint | undefined, time: bigint | undefined): bigint {
  if (wanted.kind === 'start') return start ?? 0n
  if (wanted.kind === 'exact') return wanted.value
  return (time === undefined || time < 0n ? end : time) ?? 0n
}
