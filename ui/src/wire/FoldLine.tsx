/** What was left out of the list because it says nothing, with its count and the way to see it. */
import { useStore } from 'zustand'
import { plural } from '../format/numbers.js'
import type { WireSnapshot } from '../session/wire-protocol.js'
import type { Wire } from './wire.js'

export const foldedCount = ({ folded }: WireSnapshot): number => folded.heartbeats + folded.fetches + folded.refreshes

export function foldedText({ heartbeats, fetches, refreshes }: WireSnapshot['folded']): string {
  const parts = [
    heartbeats > 0 ? plural(heartbeats, 'heartbeat') : '',
    fetches > 0 ? plural(fetches, 'idle fetch', 'idle fetches') : '',
    refreshes > 0 ? plural(refreshes, 'Metadata refresh', 'Metadata refreshes') : '',
  ].filter(Boolean)
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '')
}

export function FoldLine({ wire }: { wire: Wire }) {
  const folded = useStore(wire.store, state => state.snapshot?.folded)
  const fold = useStore(wire.store, state => state.query.fold)
  const text = folded ? foldedText(folded) : ''
  if (fold && text === '') return null
  return (
    <div className="foldline t2">
      {fold ? `${text} folded · ` : 'Heartbeats, idle fetches and refreshes are shown · '}
      <button type="button" className="link" onClick={() => wire.setQuery({ fold: !fold })}>
        {fold ? 'show' : 'fold'}
      </button>
    </div>
  )
}
