/** What stands where rows would be: nothing sent yet, or nothing that passes the filter. */
import { useStore } from 'zustand'
import { grouped } from '../format/numbers.js'
import { Empty } from '../parts/States.js'
import type { WireQuery } from '../session/wire-protocol.js'
import { emptyQuery, type Wire } from './wire.js'

const isFiltered = (query: WireQuery) =>
  query.text !== '' || query.families.length > 0 || query.errors || query.slow || query.throttled || query.between !== null

export const noFilter: Partial<WireQuery> = (({ text, families, errors, slow, throttled, between }) => ({
  text,
  families,
  errors,
  slow,
  throttled,
  between,
}))(emptyQuery)

export function Nothing({ wire }: { wire: Wire }) {
  const query = useStore(wire.store, state => state.query)
  const counts = useStore(wire.store, state => state.snapshot?.counts)
  const all = (query.scope === 'page' ? counts?.page : counts?.all) ?? 0
  if (all > 0 && isFiltered(query)) {
    return (
      <Empty>
        <p>
          No requests match
          {query.text !== '' && (
            <>
              {' '}
              <span className="mono">{query.text}</span>
            </>
          )}
          . {grouped(all)} are hidden by the filter.{' '}
          <button type="button" className="link b" onClick={() => wire.setQuery(noFilter)}>
            Clear filter
          </button>
        </p>
      </Empty>
    )
  }
  if (query.scope === 'page' && (counts?.all ?? 0) > 0) {
    return (
      <Empty>
        <p>
          This page has asked for nothing yet.{' '}
          <button type="button" className="link b" onClick={() => wire.setQuery({ scope: 'all' })}>
            Show all
          </button>
        </p>
      </Empty>
    )
  }
  return (
    <Empty>
      <p>Nothing sent yet. Wire records from the moment the client starts; payload bytes only once this panel has been open.</p>
    </Empty>
  )
}
