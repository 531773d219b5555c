/** The partitions of a group as rows: lag, and rates from two looks. */
import { rounded } from '../format/numbers.js'
import type { GroupDetail, GroupMember, GroupPartition } from '../session/protocol.js'

export interface LagRow {
  id: string
  partition: GroupPartition
  member: GroupMember | null
  /** Offsets per second; null before the second look. */
  inRate: number | null
  outRate: number | null
}

export function lagRows(detail: GroupDetail, before: GroupDetail | null): LagRow[] {
  const members = new Map(detail.members.map(member => [member.memberId, member]))
  const old = new Map(before?.partitions.map(partition => [idOf(partition), partition]))
  const seconds = before ? (detail.at - before.at) / 1000 : 0
  return detail.partitions.map(partition => {
    const id = idOf(partition)
    const last = old.get(id)
    return {
      id,
      partition,
      member: partition.memberId === null ? null : (members.get(partition.memberId) ?? null),
      inRate: rate(last?.end, partition.end, seconds),
      outRate: rate(last?.committed, partition.committed, seconds),
    }
  })
}

const idOf = ({ topic, partition }: GroupPartition) => `${topic}:${partition}`

function rate(from: bigint | null | undefined, to: bigint | null, seconds: number): number | null {
  if (from == null || to === null || seconds < 0.5) return null
  return Number(to - from) / seconds
}

export interface CatchUp {
  words: string
  /** The lag grows by one a second and more. */
  rising: boolean
}

/** "0.6 s", "never, +99 /s", "caught up"; null while the rates are not known. */
export function caughtUpIn({ partition: { lag }, inRate, outRate }: LagRow): CatchUp | null {
  if (lag === null) return null
  if (lag <= 0n) return { words: 'caught up', rising: false }
  if (inRate === null || outRate === null) return null
  const gain = outRate - inRate
  if (gain === 0) return { words: outRate === 0 ? 'not moving' : 'keeps its distance', rising: false }
  if (gain < 0) return { words: `never, +${rounded(-gain)} /s`, rising: gain <= -1 }
  const seconds = Number(lag) / gain
  if (seconds < 90) return { words: `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`, rising: false }
  return { words: seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`, rising: false }
}

export interface TopicLag {
  topic: string
  rows: LagRow[]
  lag: bigint
  unassigned: number
}

/** By topic, the furthest behind first. */
export function byTopic(rows: readonly LagRow[]): TopicLag[] {
  const topics = new Map<string, LagRow[]>()
  for (const row of rows) topics.set(row.partition.topic, [...(topics.get(row.partition.topic) ?? []), row])
  return [...topics]
    .map(([topic, own]) => ({
      topic,
      rows: own,
      lag: own.reduce((sum, row) => sum + (row.partition.lag !== null && row.partition.lag > 0n ? row.partition.lag : 0n), 0n),
      unassigned: own.filter(row => row.partition.memberId === null).length,
    }))
    .sort((a, b) => (a.lag === b.lag ? (a.topic < b.topic ? -1 : 1) : a.lag > b.lag ? -1 : 1))
}
