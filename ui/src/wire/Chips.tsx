/** The state filters of the list, each with its live count. */
import { useStore } from 'zustand'
import { grouped } from '../format/numbers.js'
import { Icon } from '../parts/Icon.js'
import { apiFamilies } from '../session/wire-protocol.js'
import { Family, familyNames } from './family.js'
import type { Wire } from './wire.js'

const states = [
  { id: 'errors', word: 'Errors', icon: 'close', tone: 'err', title: 'Kafka errors in answers, and connections that broke' },
  { id: 'throttled', word: 'Throttled', icon: 'pause', tone: 'warn', title: 'The broker asked for a pause' },
  {
    id: 'slow',
    word: 'Slow',
    icon: 'clock',
    tone: 'warn',
    title: 'Over 1 s, or over 100 ms and four times what its API usually takes; parked time left out',
  },
] as const

export function StateChips({ wire, icons }: { wire: Wire; icons: boolean }) {
  const query = useStore(wire.store, state => state.query)
  const counts = useStore(wire.store, state => state.snapshot?.counts)
  return (
    <>
      {states.map(({ id, word, icon, tone, title }) => (
        <button
          key={id}
          type="button"
          className={id === 'errors' ? 'chip tog' : 'chip tog p2'}
          aria-pressed={query[id]}
          title={title}
          onClick={() => wire.setQuery({ [id]: !query[id] })}
        >
          {icons && (
            <span className={tone}>
              <Icon name={icon} small />
            </span>
          )}
          {word} {grouped(counts?.[id] ?? 0)}
        </button>
      ))}
    </>
  )
}

export function FamilyChips({ wire }: { wire: Wire }) {
  const families = useStore(wire.store, state => state.query.families)
  const counts = useStore(wire.store, state => state.snapshot?.counts.families)
  return (
    <>
      {apiFamilies.map((family, index) => (
        <button
          key={family}
          type="button"
          className="chip tog p2"
          aria-pressed={families.includes(family)}
          title={familyNames[family]}
          onClick={() => wire.toggleFamily(family)}
        >
          <span className="wauto">
            <Family family={family} />
          </span>
          {grouped(counts?.[index] ?? 0)}
        </button>
      ))}
    </>
  )
}
