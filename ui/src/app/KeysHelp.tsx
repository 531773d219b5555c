/** All keys that act now: the page's first, the frame's last. */
import { Dialog } from '../parts/Dialog.js'
import { Kbd } from '../parts/Kbd.js'
import { useApp, usePrefs } from './app.js'

const words = new Map([
  ['ArrowDown', '↓'],
  ['ArrowUp', '↑'],
  ['Escape', 'Esc'],
  ['Enter', '⏎'],
])

export default function KeysHelp() {
  const app = useApp()
  const singleKeys = usePrefs(prefs => prefs.singleKeys)
  const groups = app.shortcuts.groups().toReversed()
  return (
    <Dialog title="Keys" scrolls>
      {!singleKeys && <p className="t2">Single letters are switched off. The palette turns them on again.</p>}
      {groups.map(group => (
        <Group key={group.title} title={group.title} shortcuts={group.shortcuts} />
      ))}
      <Group
        title="Lists"
        shortcuts={[
          { keys: 'j k ArrowDown ArrowUp', label: 'Rows' },
          { keys: 'PgUp PgDn Home End', label: 'Pages, first, last' },
          { keys: 'Enter', label: 'Open' },
          { keys: 'x', label: 'Select, where rows can be selected; Shift with arrows, Ctrl A, Ctrl C' },
          { keys: 'Alt+← Alt+→', label: 'On a column head: its width' },
        ]}
      />
    </Dialog>
  )
}

function Group({ title, shortcuts }: { title: string; shortcuts: readonly { keys: string; label: string }[] }) {
  return (
    <section className="keygroup">
      <h3>{title}</h3>
      <dl className="keys">
        {shortcuts.map(({ keys, label }) => (
          <div key={`${keys} ${label}`} className="pair">
            <dt>
              {keys.split(' ').map((key, index) => (
                <Kbd key={`${key} ${String(index)}`} keys={words.get(key) ?? key} always />
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
