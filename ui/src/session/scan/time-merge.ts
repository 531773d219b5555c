/**
 * The newest (or oldest) N matches over all partitions, by time, while each partition is read on its own from that end. A row is final once no
 * partition can still bring one that goes before it: every partition has been read up to the row's time, or to its end. Until then it waits, and
 * only as many wait as can still be wanted.
 */
import type { RecordRow } from '../protocol.js'

export type Direction = 'newest' | 'oldest'

interface Waiting {
  row: RecordRow
  rank: number
}
interface Lane {
  /** How far it was read, as a rank; nothing that comes later ranks before it. */
  frontier: number
  exhausted: boolean
  /** The first matching row (in the direction of reading) that found no place. */
  dropped: bigint | null
}

export class TimeMerge {
  private readonly lanes = new Map<string, Lane>()
  private waiting: Waiting[] = []
  private given = 0

  constructor(
    private readonly direction: Direction,
    private readonly limit: number,
    lanes: Iterable<string>,
  ) {
    for (const lane of lanes) this.lanes.set(lane, { frontier: Number.NEGATIVE_INFINITY, exhausted: false, dropped: null })
  }

  /** The limit is reached, or everything has been read and given out. */
  get isDone(): boolean {
    return this.given >= this.limit || (this.waiting.length === 0 && [...this.lanes.values()].every(lane => lane.exhausted))
  }

  /** Partitions that can still bring a row that is wanted. */
  wanted(): string[] {
    const left = this.limit - this.given
    if (left <= 0) return []
    const last = this.waiting.length >= left ? this.waiting[left - 1].rank : Number.POSITIVE_INFINITY
    return [...this.lanes].filter(([, lane]) => !lane.exhausted && lane.frontier <= last).map(([key]) => key)
  }

  /** Matches of one partition, and the time of the record up to which it has been read (null: no record on the way). */
  add(key: string, rows: readonly RecordRow[], readTo: bigint | null, exhausted: boolean): void {
    const lane = this.lanes.get(key)
    if (!lane) return
    for (const row of rows) this.waiting.push({ row, rank: this.rank(row.timestamp) })
    if (readTo !== null) lane.frontier = Math.max(lane.frontier, this.rank(readTo))
    lane.exhausted ||= exhausted
    this.waiting.sort((a, b) => a.rank - b.rank || this.tie(a.row, b.row))
    this.drop(this.waiting.splice(Math.max(0, this.limit - this.given)))
  }

  /** Rows that are final by now, best first. */
  take(): RecordRow[] {
    let bound = Number.POSITIVE_INFINITY
    for (const lane of this.lanes.values()) if (!lane.exhausted) bound = Math.min(bound, lane.frontier)
    const end = this.waiting.findIndex(({ rank }) => rank > bound)
    return this.give(end < 0 ? this.waiting.length : end)
  }

  /** Everything that waits: the scan was stopped, and what it found is kept. */
  drain(): RecordRow[] {
    return this.give(this.waiting.length)
  }

  /** Where reading has to begin again so that no match is missed; null: where it stopped. */
  resumeAt(key: string): bigint | null {
    return this.lanes.get(key)?.dropped ?? null
  }

  private give(count: number): RecordRow[] {
    const rows = this.waiting.splice(0, count).map(({ row }) => row)
    this.given += rows.length
    return rows
  }

  private drop(waiting: readonly Waiting[]): void {
    for (const { row } of waiting) {
      const lane = this.lanes.get(laneOf(row.topic, row.partition))
      if (!lane) continue
      const first = lane.dropped === null || (this.direction === 'oldest' ? row.offset < lane.dropped : row.offset > lane.dropped)
      if (first) lane.dropped = row.offset
    }
  }

  /** Smaller goes first. Beyond 2^53 ms neighbours may tie, which offsets then decide. */
  private rank(timestamp: bigint): number {
    return this.direction === 'oldest' ? Number(timestamp) : -Number(timestamp)
  }

  private tie(a: RecordRow, b: RecordRow): number {
    if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
    if (a.partition !== b.partition) return a.partition - b.partition
    if (a.offset === b.offset) return 0
    return a.offset < b.offset === (this.direction === 'oldest') ? -1 : 1
  }
}

/** A partition as a key: names may hold anything but start with no digit-and-space. */
export const laneOf = (topic: string, partition: number): string => `${partition} ${topic}`
