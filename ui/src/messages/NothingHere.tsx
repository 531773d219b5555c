/** A scan that brought nothing says what it looked at, and what to look at next. */
import { usePrefs } from '../app/app.js'
import { grouped } from '../format/numbers.js'
import { clock } from '../format/time.js'
import { Empty, FaultNote } from '../parts/States.js'
import type { MessagesQuery } from './query.js'
import type { ScanState } from './scan.js'

export interface NothingHereProps {
  state: ScanState
  query: MessagesQuery
  set(change: Partial<MessagesQuery>): void
  topics: readonly string[]
}

export function NothingHere({ state, query, set, topics }: NothingHereProps) {
  const zone = usePrefs(prefs => prefs.zone)
  const { fault, progress } = state
  if (fault) return <FaultNote fault={fault} />
  const scanned = progress?.scanned ?? 0
  if (query.f && scanned > 0) {
    return (
      <Empty>
        <p>
          No match in {grouped(scanned)} records
          {progress?.backTo != null && progress.backTo >= 0n && ` (back to ${clock(progress.backTo, zone)})`}.{' '}
          <button type="button" className="link b" onClick={() => set({ f: '' })}>
            Clear filter
          </button>
          {query.from !== 'oldest' && (
            <>
              {' · '}
              <button type="button" className="link b" onClick={() => set({ from: 'oldest', order: null })}>
                Scan from the oldest
              </button>
            </>
          )}
        </p>
      </Empty>
    )
  }
  const names = topics.join(', ')
  const end = progress?.partitions.map(partition => partition.end).sort((a, b) => Number(b - a))[0] ?? 0n
  const held = progress?.partitions.some(partition => partition.end > partition.from) ?? false
  return (
    <Empty>
      <p>
        <span className="mono">{names}</span> {held || query.from === 'newest' ? 'has no records' : 'has no records between these bounds'}
        {end > 0n && ` now. Its highest end offset is ${grouped(end)}`}.{' '}
        {query.from !== 'newest' && (
          <button type="button" className="link b" onClick={() => set({ from: 'newest', order: null, p: null })}>
            Show the newest {query.stop}
          </button>
        )}
      </p>
    </Empty>
  )
}
