/** What the palette offers and the frame's keys do: one list of actions, so that both always agree. */
import { lazy, Suspense } from 'react'
import type { Place } from '../route/route.js'
import type { App } from './app.js'
import { focusRegion } from './regions.js'
import { clientSections, clusterSections, type Section } from './sections.js'
import type { ShortcutGroup } from './shortcuts.js'
import { nextTheme } from './theme.js'

export interface Command {
  id: string
  label: string
  /** Printed at the right. */
  keys?: string
  kind: 'object' | 'action'
  mono?: boolean
  /** Why it cannot run. */
  reason?: string
  run(): void
}

const Palette = lazy(() => import('./Palette.js'))
const KeysHelp = lazy(() => import('./KeysHelp.js'))

export function openPalette(app: App): void {
  app.frame.openDialog(
    <Suspense fallback={null}>
      <Palette />
    </Suspense>,
  )
}

export function openKeysHelp(app: App): void {
  app.frame.openDialog(
    <Suspense fallback={null}>
      <KeysHelp />
    </Suspense>,
  )
}

export function refresh(app: App): void {
  void app.topics.list.load()
  void app.groups.list.load()
}

export function frameActions(app: App): Command[] {
  const { prefs, frame } = app
  const toggle = (key: 'railSlim' | 'dockOpen' | 'singleKeys') => () => prefs.setState(state => ({ [key]: !state[key] }))
  return [
    { id: 'dock', kind: 'action', label: 'Show or hide Wire', keys: 'Ctrl+`', run: toggle('dockOpen') },
    { id: 'wire', kind: 'action', label: 'Wire, full view', keys: 'Ctrl+Shift+~', run: () => app.router.go({ page: 'wire' }) },
    { id: 'rail', kind: 'action', label: 'Collapse or widen the rail', keys: '[', run: toggle('railSlim') },
    {
      id: 'theme',
      kind: 'action',
      label: 'Next theme: system, light, dark',
      keys: 't',
      run: () => prefs.setState(({ theme }) => ({ theme: nextTheme(theme) })),
    },
    {
      id: 'zone',
      kind: 'action',
      label: 'Time zone: UTC or local',
      keys: 'z',
      run: () => prefs.setState(({ zone }) => ({ zone: zone === 'utc' ? 'local' : 'utc' })),
    },
    {
      id: 'density',
      kind: 'action',
      label: 'Density: compact or comfortable',
      run: () => prefs.setState(({ density }) => ({ density: density === 'compact' ? 'comfortable' : 'compact' })),
    },
    { id: 'letters', kind: 'action', label: 'Single-letter keys: on or off', run: toggle('singleKeys') },
    { id: 'refresh', kind: 'action', label: 'Refresh', keys: 'R', run: () => refresh(app) },
    { id: 'widths', kind: 'action', label: 'Reset all column widths', run: () => prefs.setState({ widths: new Map() }) },
    { id: 'keys', kind: 'action', label: 'Keys of this page', keys: '?', run: () => frame.closeDialog() },
  ]
}

export function sectionCommands(app: App): Command[] {
  return [...clusterSections, ...clientSections].map(section => ({
    id: `section ${section.id}`,
    kind: 'object',
    label: section.label,
    keys: `g ${section.key}`,
    reason: section.reason,
    run: () => goTo(app, section),
  }))
}

function goTo(app: App, section: Section): void {
  if (section.place) app.router.go(section.place)
  else if (section.reason) app.frame.announce(section.reason, 'assertive')
}

/** Topics and groups that are known now. */
export function objectCommands(app: App): Command[] {
  const open = (id: string, label: string, place: Place): Command => ({
    id,
    kind: 'object',
    label,
    mono: true,
    run: () => app.router.go(place),
  })
  const topics = app.topics.list.store.getState().value?.topics ?? []
  const groups = app.groups.list.store.getState().value?.groups ?? []
  return [
    ...topics.map(({ name }) => open(`topic ${name}`, name, { page: 'topic', topic: name, tab: 'messages' })),
    ...groups.map(({ group }) => open(`group ${group}`, group, { page: 'group', group, tab: 'lag' })),
  ]
}

export function frameShortcuts(app: App): ShortcutGroup {
  const everywhere = new Set(['dock', 'wire'])
  const actions = frameActions(app).flatMap(action =>
    action.keys && action.id !== 'keys'
      ? [{ keys: action.keys, label: action.label, run: action.run, everywhere: everywhere.has(action.id) }]
      : [],
  )
  return {
    title: 'Everywhere',
    shortcuts: [
      { keys: 'Ctrl+k', label: 'Go to or run', everywhere: true, run: () => openPalette(app) },
      ...actions,
      { keys: '?', label: 'Keys of this page', run: () => openKeysHelp(app) },
      { keys: 'F6', label: 'Next region', everywhere: true, run: () => focusRegion(1) },
      { keys: 'Shift+F6', label: 'Region before', everywhere: true, run: () => focusRegion(-1) },
      ...[...clusterSections, ...clientSections].map(section => ({
        keys: `g ${section.key}`,
        label: section.label,
        run: () => goTo(app, section),
      })),
    ],
  }
}
