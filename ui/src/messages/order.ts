/** The order of records in the table. Scans send them as they arrive; the table shows one order, whatever came first. */
import type { RecordRow } from '../session/protocol.js'

export const orders = ['newest', 'oldest', 'place'] as const
/** By time down or up across partitions, or by topic, partition and offset. */
export type Order = (typeof orders)[number]

export type Compare = (a: RecordRow, b: RecordRow) => number

const by = <T extends bigint | number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

const byPlace: Compare = (a, b) => by(a.topic, b.topic) || by(a.partition, b.partition) || by(a.offset, b.offset)
const byTime: Compare = (a, b) => by(a.timestamp, b.timestamp) || byPlace(a, b)

export function comparing(order: Order): Compare {
  if (order === 'place') return byPlace
  return order === 'oldest' ? byTime : (a, b) => byTime(b, a)
}

/** Two sorted runs as one. */
export function merge(rows: readonly RecordRow[], more: readonly RecordRow[], compare: Compare): RecordRow[] {
  const merged: RecordRow[] = []
  let left = 0
  let right = 0
  while (left < rows.length && right < more.length) merged.push(compare(rows[left], more[right]) <= 0 ? rows[left++] : more[right++])
  while (left < rows.length) merged.push(rows[left++])
  while (right < more.length) merged.push(more[right++])
  return merged
}

/** Names a record on the page; a topic's name has no colon. */
export const rowId = (row: Pick<RecordRow, 'topic' | 'partition' | 'offset'>): string => `${row.topic}:${row.partition}:${row.offset}`
