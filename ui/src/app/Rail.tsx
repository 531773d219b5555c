/** The rail: the cluster, its sections with counts, this client's own, what is pinned. */
import { useStore } from 'zustand'
import { grouped } from '../format/numbers.js'
import { Button } from '../parts/Button.js'
import { Icon } from '../parts/Icon.js'
import { Link } from '../parts/Link.js'
import { useApp, useConnection, usePrefs, useRoute } from './app.js'
import { ConnectionDialog } from './ConnectionDialog.js'
import { clientSections, clusterSections, type Section } from './sections.js'

export function Rail() {
  const app = useApp()
  const slim = usePrefs(prefs => prefs.railSlim)
  return (
    <aside className="rail" data-region="rail" data-covered aria-label="Cluster and sections">
      <ClusterButton />
      <nav className="nav" aria-label="Sections">
        {clusterSections.map(section => (
          <SectionLink key={section.id} section={section} />
        ))}
      </nav>
      <nav className="nav" aria-label="This client">
        <h3>This client</h3>
        {clientSections.map(section => (
          <SectionLink key={section.id} section={section} />
        ))}
      </nav>
      <Pinned />
      <div className="fold">
        <Button
          kind="bare"
          small
          icon="fold"
          label={slim ? 'Widen the rail, key [' : 'Collapse the rail, key ['}
          onPress={() => app.prefs.setState({ railSlim: !slim })}
        />
      </div>
    </aside>
  )
}

function ClusterButton() {
  const app = useApp()
  const cluster = useConnection(connection => connection.status.cluster)
  const word = cluster.environment.toUpperCase()
  return (
    <button type="button" className="cluster" aria-haspopup="dialog" onClick={() => app.frame.openDialog(<ConnectionDialog />)}>
      <span className="sr">Cluster </span>
      <span className="mono grow ell nt">{cluster.name}</span>
      <span className="sr">, </span>
      <span className="envtag">{word}</span>
      <Icon name="down" small />
    </button>
  )
}

function SectionLink({ section }: { section: Section }) {
  const app = useApp()
  const page = useRoute(route => route.place.page)
  const href = useRoute(() => (section.place ? app.router.hrefOf(section.place) : undefined))
  const current = section.pages.includes(page)
  const press = () => {
    app.frame.setRailSheet(false)
    if (section.reason) app.frame.announce(section.reason, 'assertive')
  }
  return (
    <a
      href={href}
      role={href ? undefined : 'link'}
      tabIndex={href ? undefined : 0}
      aria-current={current ? 'page' : undefined}
      aria-disabled={section.reason ? true : undefined}
      title={section.reason ?? section.label}
      onClick={press}
      onKeyDown={event => !href && event.key === 'Enter' && press()}
    >
      <Icon name={section.icon} />
      <span className="nt">{section.label}</span>
      {section.reason ? <span className="sr">, {section.reason}</span> : <Count section={section.id} />}
    </a>
  )
}

function Count({ section }: { section: string }) {
  const app = useApp()
  const topics = useStore(app.topics.list.store, state => state.value?.topics.length ?? null)
  const groups = useStore(app.groups.list.store, state => state.value?.groups.length ?? null)
  const count = section === 'topics' ? topics : section === 'groups' ? groups : null
  return count === null ? null : <span className="n">{grouped(count)}</span>
}

function Pinned() {
  const cluster = useConnection(connection => connection.status.cluster.name)
  const pins = usePrefs(prefs => prefs.pins)
  const here = pins.filter(pin => pin.cluster === cluster)
  if (here.length === 0) return null
  return (
    <nav className="nav" aria-label="Pinned">
      <h3>Pinned</h3>
      {here.map(pin => (
        <Link
          key={`${pin.is} ${pin.name}`}
          to={pin.is === 'topic' ? { page: 'topic', topic: pin.name, tab: 'messages' } : { page: 'group', group: pin.name, tab: 'lag' }}
        >
          <Icon name={pin.is === 'topic' ? 'topics' : 'groups'} />
          <span className="nt mono ell">{pin.name}</span>
        </Link>
      ))}
    </nav>
  )
}
