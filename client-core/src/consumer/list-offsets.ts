import type { Cluster } from '../cluster/cluster.js'
import { sendSharded } from '../cluster/routing.js'
import { ListOffsetsRequest } from '../protocol/api/list-offsets.js'
import { KafkaError } from '../protocol/errors.js'
import type { Cursor } from './cursor.js'
import type { Offset } from './offset.js'

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
async function list(cluster: Cluster, asks: readonly Ask[], committed: boolean, initiator: string, signal: AbortSignal): Promise<Listed> {
  const topics = new Map<string, Ask[]>()
  for (const ask of asks) topics.set(ask.topic, [...(topics.get(ask.topic) ?? []), ask])
  const request = ListOffsetsRequest({
    replicaId: -1,
    isolationLevel: committed ? 1 : 0,
    topics: [...topics].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(p => ({ partitionIndex: p.partition, timestamp: p.timestamp })),
    })),
    timeoutMs: 5_000,
  })
  const out: Listed = new Map()
  const askOf = (name: string, partition: number) => topics.get(name)?.find(a => a.partition === partition)
  for (const shard of await sendSharded(cluster, request, { initiator, signal })) {
    if (shard.error) {
      for (const t of shard.request.body.topics) for (const p of t.partitions) set(askOf(t.name, p.partitionIndex), shard.error)
    }
    for (const t of shard.response?.topics ?? []) {
      for (const p of t.partitions) {
        const offset = p.oldStyleOffsets[0] ?? p.offset
        const result =
          p.errorCode !== 0
            ? new KafkaError(p.errorCode, `${t.name} partition ${p.partitionIndex}`)
            : { offset, leaderEpoch: p.leaderEpoch }
        set(askOf(t.name, p.partitionIndex), result)
      }
    }
  }
  for (const ask of asks)
    if (!out.has(ask)) out.set(ask, new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `${ask.topic} partition ${ask.partition}`))
  return out

  function set(ask: Ask | undefined, result: ListedOffset | Error): void {
    if (ask) out.set(ask, result)
  }
}

/** What an `Offset` needs to be looked up: an exact one without anything added needs nothing. */
export const needsLookup = (wanted: Offset): boolean => wanted.kind !== 'exact' || wanted.delta !== 0n

/** Resolves where cursors are to begin. What is computed is kept within the log: from its start to its end. */
export async function resolveOffsets(
  cluster: Cluster,
  cursors: readonly Cursor[],
  reset: Offset,
  committed: boolean,
  initiator: string,
  signal: AbortSignal,
): Promise<Map<Cursor, bigint | Error>> {
  const wanted = new Map(cursors.map(c => [c, c.wanted.kind === 'no-reset' ? reset : c.wanted]))
  const ask = (timestampOf: (offset: Offset, cursor: Cursor) => bigint | undefined) => {
    const asks = new Map<Cursor, Ask>()
    for (const [c, offset] of wanted) {
      const timestamp = timestampOf(offset, c)
      if (timestamp !== undefined) asks.set(c, { topic: c.topic, partition: c.partition, timestamp })
    }
    return asks
  }
  // A partition may stand in a request once, so starts, ends and times are asked for one by one.
  const asks = [
    ask((o, c) => (o.kind === 'start' || o.delta !== 0n || c.outOfRange !== undefined ? startTimestamp : undefined)),
    ask(o => (o.kind === 'end' || o.kind === 'no-reset' || o.kind === 'after-milli' || o.delta !== 0n ? endTimestamp : undefined)),
    ask(o => (o.kind === 'after-milli' ? o.value : undefined)),
  ]
  const [starts, ends, times] = await Promise.all(
    asks.map(async a => {
      const listed = a.size > 0 ? await list(cluster, [...a.values()], committed, initiator, signal) : new Map()
      return (c: Cursor): ListedOffset | Error | undefined => listed.get(a.get(c)!)
    }),
  )
  return new Map(cursors.map(c => [c, place(wanted.get(c)!, c.outOfRange, starts(c), ends(c), times(c))]))
}

function place(wanted: Offset, outOfRange: bigint | undefined, ...listed: (ListedOffset | Error | undefined)[]): bigint | Error {
  const failed = listed.find(l => l instanceof Error)
  if (failed instanceof Error) return failed
  const [start, end, time] = listed as (ListedOffset | undefined)[]
  // Below the log's start nothing was skipped but what is gone: the reader goes on with the oldest record that is left.
  if (outOfRange !== undefined && start && outOfRange < start.offset) return start.offset
  const at = base(wanted, start?.offset, end?.offset, time?.offset)
  if (wanted.delta === 0n) return at
  const moved = at + wanted.delta
  if (start && moved < start.offset) return start.offset
  return end && moved > end.offset ? end.offset : moved
}

function base(wanted: Offset, start: bigint | undefined, end: bigint | undefined, time: bigint | undefined): bigint {
  switch (wanted.kind) {
    case 'start':
      return start ?? 0n
    case 'exact':
      return wanted.value
    case 'after-milli':
      return time === undefined || time < 0n ? (end ?? 0n) : time
    default:
      return end ?? 0n
  }
}
