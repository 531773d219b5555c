/** The frame around every page. */
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { type App, AppContext, useApp, useConnection, usePrefs, useRoute } from './app.js'
import { Banner } from './Banner.js'
import { frameShortcuts } from './commands.js'
import { DockSlot } from './DockSlot.js'
import { ErrorBoundary } from './ErrorBoundary.js'
import { Live } from './Live.js'
import { Pages } from './Pages.js'
import { Rail } from './Rail.js'
import { focusList } from './regions.js'
import { StatusLine } from './StatusLine.js'
import { useShortcuts } from './shortcuts.js'
import { TopBar } from './TopBar.js'
import { applyTheme } from './theme.js'

export function Root({ app }: { app: App }) {
  return (
    <AppContext value={app}>
      <Frame />
    </AppContext>
  )
}

function Frame() {
  const app = useApp()
  const slim = usePrefs(prefs => prefs.railSlim)
  const wire = useRoute(route => route.place.page === 'wire')
  const environment = useConnection(connection => connection.status.cluster.environment)
  const known = useConnection(connection => connection.status.state !== 'idle')
  const sheet = useStore(app.frame.store, state => state.railSheet)
  useEffect(() => applyTheme(document.documentElement, app.prefs), [app])
  useClusterName()
  useTitle()
  useShortcuts(app.shortcuts, frameShortcuts(app), true)
  const classes = ['app', slim || wire ? 'slim' : '', sheet ? 'sheet' : ''].filter(Boolean).join(' ')
  return (
    <div className={classes} data-env={known ? environment : undefined}>
      <button type="button" className="skip" onClick={focusList}>
        To the list
      </button>
      <div className="env" aria-hidden="true" />
      {sheet && <button type="button" className="scrim" aria-label="Close sections" onClick={() => app.frame.setRailSheet(false)} />}
      <Rail />
      <TopBar />
      <Banner />
      <main className="main" data-covered>
        <Pages />
      </main>
      <DockSlot />
      <StatusLine />
      <DialogSlot />
      <Live />
    </div>
  )
}

function DialogSlot() {
  const { frame } = useApp()
  const dialog = useStore(frame.store, state => state.dialog)
  return dialog && <ErrorBoundary resetKey="dialog">{dialog}</ErrorBoundary>
}

/** The URL takes the cluster's name once it is known. */
function useClusterName(): void {
  const { router } = useApp()
  const name = useConnection(connection => connection.status.cluster.name)
  useEffect(() => {
    if (name !== '-') router.navigate({ ...router.store.getState(), cluster: name }, { replace: true })
  }, [router, name])
}

/** `PROD orders.events · Milena`. */
function useTitle(): void {
  const place = useRoute(route => route.place)
  const environment = useConnection(connection => connection.status.cluster.environment)
  const what = place.page === 'topic' ? place.topic : place.page === 'group' ? place.group : place.page
  useEffect(() => {
    document.title = `${environment.toUpperCase()} ${what} · Milena`
  }, [environment, what])
}
