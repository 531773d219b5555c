/** The phases of a request: queued, written, waited, parked, read. One source for bars, tables and words. */
import { rounded } from '../format/numbers.js'
import type { RequestRow, WireRow } from '../session/wire-protocol.js'

export type PhaseKind = 'queued' | 'write' | 'parked' | 'wait' | 'read'

export interface Phase {
  kind: PhaseKind
  /** After the row's start, ms. */
  at: number
  ms: number
}

export function phasesOf(row: RequestRow): Phase[] {
  const all: [PhaseKind, number][] = [
    ['queued', row.queueMs],
    ['write', row.writeMs],
    ['parked', row.parkedMs],
    ['wait', row.waitMs - row.parkedMs],
    ['read', row.readMs],
  ]
  let at = 0
  return all.map(([kind, ms]) => {
    const phase = { kind, at, ms }
    at += ms
    return phase
  })
}

const words: Record<PhaseKind, string> = { queued: 'queued', write: 'written', parked: 'parked', wait: 'waited', read: 'read' }

/** The bar in words. */
export function phaseText(row: WireRow): string {
  if (row.is !== 'request') return `dial ${ms(row.dialMs)}, ready after ${ms(row.totalMs)}`
  if (row.totalMs === null) return 'in flight'
  const parts = phasesOf(row).filter(phase => phase.ms >= 0.05)
  return parts.length === 0 ? 'no time' : parts.map(phase => `${words[phase.kind]} ${ms(phase.ms)}`).join(', ')
}

const ms = (value: number) => `${rounded(value)} ms`
