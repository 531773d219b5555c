/** The top bar: where the reader is, the palette, writes, connection, zone, theme. */
import type { ReactNode } from 'react'
import { zoneLabel, zoneName } from '../format/time.js'
import { Button } from '../parts/Button.js'
import { Icon } from '../parts/Icon.js'
import { Kbd } from '../parts/Kbd.js'
import { Link } from '../parts/Link.js'
import type { Place } from '../route/route.js'
import { useApp, useConnection, useNow, usePrefs, useRoute } from './app.js'
import { ConnectionDialog } from './ConnectionDialog.js'
import { openPalette } from './commands.js'
import { nextTheme, themeWords } from './theme.js'

export function TopBar() {
  const app = useApp()
  return (
    <header className="top" data-region="top" data-covered>
      <Button kind="bare" icon="menu" label="Sections" className="menu" onPress={() => app.frame.setRailSheet(true)} />
      <Crumbs />
      <button type="button" className="inp palbtn p2" aria-keyshortcuts="Control+K" onClick={() => openPalette(app)}>
        <Icon name="search" />
        <span className="ph grow">Go to or run…</span>
        <Kbd keys="Ctrl K" />
      </button>
      <Button kind="bare" icon="search" label="Command palette" className="menu" onPress={() => openPalette(app)} />
      <Writes />
      <ConnectionState />
      <ZoneButton />
      <ThemeButton />
    </header>
  )
}

function Crumbs() {
  const place = useRoute(route => route.place)
  const cluster = useConnection(connection => connection.status.cluster.name)
  const parts = crumbsOf(place)
  return (
    <nav className="crumbs" aria-label="Breadcrumb">
      <ol>
        <Crumb more>
          <Link to={{ page: 'topics' }}>{cluster}</Link>
        </Crumb>
        {parts.map((part, index) => {
          const last = index === parts.length - 1
          return (
            <Crumb key={part.label} more={!last}>
              {last || !part.to ? (
                <span className={part.mono ? 'now mono' : 'now'} aria-current={last ? 'page' : undefined}>
                  {part.label}
                </span>
              ) : (
                <Link to={part.to}>{part.label}</Link>
              )}
            </Crumb>
          )
        })}
      </ol>
    </nav>
  )
}

function Crumb({ more, children }: { more: boolean; children: ReactNode }) {
  return (
    <li className={more ? 'p2' : undefined}>
      {children}
      {more && (
        <span className="sep" aria-hidden="true">
          /
        </span>
      )}
    </li>
  )
}

interface CrumbPart {
  label: string
  to?: Place
  mono?: boolean
}

function crumbsOf(place: Place): CrumbPart[] {
  switch (place.page) {
    case 'topics':
      return [{ label: 'Topics' }]
    case 'topic':
      return [
        { label: 'Topics', to: { page: 'topics' } },
        { label: place.topic, mono: true },
      ]
    case 'messages':
      return [{ label: 'Messages' }]
    case 'groups':
      return [{ label: 'Groups' }]
    case 'group':
      return [
        { label: 'Groups', to: { page: 'groups' } },
        { label: place.group, mono: true },
      ]
    case 'wire':
      return [{ label: 'Wire' }]
    case 'metrics':
      return [{ label: 'Metrics' }]
    case 'unknown':
      return [{ label: 'Not found' }]
  }
}

function Writes() {
  const readOnly = useConnection(connection => connection.status.readOnly)
  return (
    <span className="btn bare p3" title={readOnly ?? 'Records may be produced to this cluster'}>
      <Icon name={readOnly ? 'lock' : 'unlock'} />
      {readOnly ? 'Read only' : 'Writes open'}
    </span>
  )
}

function ConnectionState() {
  const app = useApp()
  const status = useConnection(connection => connection.status)
  const up = status.brokers.filter(broker => broker.state === 'up').length
  const words = {
    connected: { mark: '●', tone: 'ok', text: 'Connected' },
    connecting: { mark: '◐', tone: 'warn', text: status.brokers.length > 0 ? `Connecting ${up}/${status.brokers.length}` : 'Connecting' },
    offline: { mark: '○', tone: 'err', text: 'Offline' },
    idle: { mark: '○', tone: 't3', text: 'Not connected' },
  }[status.state]
  return (
    <Button kind="bare" className="p2" onPress={() => app.frame.openDialog(<ConnectionDialog />)}>
      <span className={words.tone} aria-hidden="true">
        {words.mark}
      </span>
      {words.text}
    </Button>
  )
}

function ZoneButton() {
  const app = useApp()
  const zone = usePrefs(prefs => prefs.zone)
  const now = useNow()
  const label = zoneLabel(zone, now)
  return (
    <Button
      kind="bare"
      icon="clock"
      className="p3"
      label={`Time zone ${zoneName(zone)}, ${label}`}
      onPress={() => app.prefs.setState({ zone: zone === 'utc' ? 'local' : 'utc' })}
    >
      {label}
    </Button>
  )
}

function ThemeButton() {
  const app = useApp()
  const theme = usePrefs(prefs => prefs.theme)
  return (
    <Button
      kind="bare"
      icon="theme"
      className="p2"
      label={`Theme: ${themeWords[theme]}`}
      onPress={() => {
        const next = nextTheme(theme)
        app.prefs.setState({ theme: next })
        app.frame.announce(`Theme: ${themeWords[next]}`)
      }}
    />
  )
}
