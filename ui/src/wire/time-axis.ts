/** The axis of the waterfall: from the first row's start to the last one's end, with round ticks. */
import type { WireRow } from '../session/wire-protocol.js'

export interface Axis {
  from: number
  spanMs: number
  /** Each at its share of the width. */
  ticks: { at: number; label: string }[]
}

const LEAST_MS = 10
const steps = [1, 2, 5]

/** `shared`: one clock for all rows; otherwise each row begins at 0. */
export function axisOf(rows: readonly WireRow[], now: number, shared: boolean): Axis {
  const requests = rows.filter(row => row.startedAt > 0)
  if (requests.length === 0) return { from: 0, spanMs: LEAST_MS, ticks: [] }
  const from = shared ? Math.min(...requests.map(row => row.startedAt)) : 0
  const end = Math.max(...requests.map(row => (shared ? endOf(row, now) - from : endOf(row, now) - row.startedAt)))
  const spanMs = Math.max(LEAST_MS, end * 1.04)
  const step = roundStep(spanMs / 5)
  const ticks = []
  for (let at = 0; at < spanMs; at += step) ticks.push({ at: at / spanMs, label: label(at, ticks.length === 0) })
  return { from, spanMs, ticks }
}

/** When a row's bar ends; one that is in flight ends now. */
export function endOf(row: WireRow, now: number): number {
  if (row.is !== 'request') return row.startedAt + row.totalMs
  return row.totalMs === null ? Math.max(now, row.startedAt) : row.startedAt + row.queueMs + row.totalMs
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return (steps.find(step => step * power >= least) ?? 10) * power
}

function label(ms: number, first: boolean): string {
  if (ms < 10_000) return `${Math.round(ms * 100) / 100}${first ? ' ms' : ''}`
  return ms < 120_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 6_000) / 10} min`
}
