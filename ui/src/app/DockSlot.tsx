/** The place of the Wire dock: full width, resizable, loaded when it is first opened. */
import { type CSSProperties, lazy, Suspense, useEffect } from 'react'
import { useStore } from 'zustand'
import { Sash } from '../parts/Sash.js'
import { defaultPrefs } from '../store/prefs.js'
import { useApp, usePrefs, useRoute } from './app.js'
import { ErrorBoundary } from './ErrorBoundary.js'

const Dock = lazy(() => import('../wire/Dock.js'))

const LEAST = 120
const MOST = 0.8

export function DockSlot() {
  const app = useApp()
  const open = usePrefs(prefs => prefs.dockOpen)
  const height = usePrefs(prefs => prefs.dockHeight)
  const full = useRoute(route => route.place.page === 'wire')
  const target = useStore(app.frame.store, state => state.wireTarget)
  useEffect(() => {
    if (target) app.prefs.setState({ dockOpen: true })
  }, [app, target])
  if (!open || full) return null
  const most = Math.max(LEAST, Math.floor(window.innerHeight * MOST))
  const shown = Math.min(most, Math.max(LEAST, height))
  return (
    <section className="dock" data-region="wire" aria-label="Wire" style={{ '--dock-now': `${shown}px` } as CSSProperties}>
      <Sash
        className="sash"
        label="Height of Wire"
        orientation="horizontal"
        after
        value={shown}
        min={LEAST}
        max={most}
        initial={defaultPrefs.dockHeight}
        onChange={dockHeight => app.prefs.setState({ dockHeight })}
      />
      <ErrorBoundary resetKey="dock">
        <Suspense fallback={<p className="empty">Wire is loading…</p>}>
          <Dock />
        </Suspense>
      </ErrorBoundary>
    </section>
  )
}
