/** Go to or run: objects, sections and actions in one list; `>` actions only, `:` an offset of the topic that is shown. */
import { type KeyboardEvent, useDeferredValue, useId, useMemo, useRef, useState } from 'react'
import { matches } from '../filter/match.js'
import { parseFilter } from '../filter/parse.js'
import { useInert } from '../parts/Dialog.js'
import { Icon } from '../parts/Icon.js'
import { Kbd } from '../parts/Kbd.js'
import { type App, useApp, useRoute } from './app.js'
import { type Command, frameActions, objectCommands, openKeysHelp, sectionCommands } from './commands.js'

const SHOWN = 44

export default function Palette() {
  const app = useApp()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const query = useDeferredValue(text)
  const place = useRoute(route => route.place)
  const box = useRef<HTMLDivElement>(null)
  const listId = useId()
  useInert(box)
  const topic = place.page === 'topic' ? place.topic : null
  const found = useMemo(() => search(app, query, topic), [app, query, topic])
  const chosen = Math.min(at, found.length - 1)

  const run = (command: Command | undefined) => {
    if (!command) return
    if (command.reason) return app.frame.announce(command.reason, 'assertive')
    app.frame.closeDialog()
    command.run()
    if (command.id === 'keys') openKeysHelp(app)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, chosen + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, chosen - 1))
    else if (event.key === 'Enter') run(found[chosen])
    else if (event.key === 'Escape') app.frame.closeDialog()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="scrim high">
      <div
        ref={box}
        role="dialog"
        aria-modal="true"
        aria-label="Go to or run"
        className="dialog palette"
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        <span className="inp">
          <Icon name="search" />
          <input
            type="text"
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={found[chosen] ? `${listId}-${chosen}` : undefined}
            aria-label="Go to or run"
            placeholder="Topic, group, section, action"
            spellCheck={false}
            autoComplete="off"
            value={text}
            onChange={event => {
              setText(event.target.value)
              setAt(0)
            }}
          />
        </span>
        <div role="listbox" id={listId} aria-label="Results" tabIndex={-1}>
          {found.map((command, index) => (
            <button
              key={command.id}
              type="button"
              role="option"
              id={`${listId}-${index}`}
              aria-selected={index === chosen}
              aria-disabled={command.reason ? true : undefined}
              tabIndex={-1}
              className="opt"
              ref={index === chosen ? element => element?.scrollIntoView({ block: 'nearest' }) : undefined}
              onClick={() => run(command)}
            >
              <span className={command.mono ? 'mono ell' : 'ell'}>{command.label}</span>
              {command.reason && <span className="t3 ell">{command.reason}</span>}
              <span className="grow" />
              {command.keys && <Kbd keys={command.keys} />}
            </button>
          ))}
          {found.length === 0 && <p className="empty">Nothing is called that.</p>}
        </div>
        <p className="hint1">
          <Kbd keys="&gt;" always /> actions only {topic && <Kbd keys=":" always />} {topic && 'go to an offset'}
        </p>
      </div>
    </div>
  )
}

function search(app: App, text: string, topic: string | null): Command[] {
  const jump = /^:(?:(\d+):)?(\d{1,19})$/.exec(text.trim())
  if (jump && topic) return [offsetCommand(app, topic, jump[1], jump[2])]
  const actionsOnly = text.startsWith('>')
  const filter = parseFilter(text.replace(/^>/, ''))
  const all = actionsOnly ? frameActions(app) : [...sectionCommands(app), ...objectCommands(app), ...frameActions(app)]
  const found: Command[] = []
  for (const command of all) {
    if (found.length === SHOWN) break
    if (matches(filter, () => command.label)) found.push(command)
  }
  return found
}

function offsetCommand(app: App, topic: string, partition: string | undefined, offset: string): Command {
  const query = new Map([
    ['from', 'offset'],
    ['at', offset],
  ])
  if (partition) query.set('p', partition)
  return {
    id: 'offset',
    kind: 'action',
    label: `Offset ${offset}${partition ? ` of partition ${partition}` : ''} in ${topic}`,
    run: () => app.router.go({ page: 'topic', topic, tab: 'messages' }, query),
  }
}
