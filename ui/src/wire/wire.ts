/**
 * Wire's side of the page: what is asked for, and the last answer. It pulls at most ten times a second, inside an animation frame, one pull at a
 * time, and not at all while the tab is hidden or the panel is paused.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Session } from '../session/session.js'
import type { ApiFamily, Inspection, WirePull, WireQuery, WireRow, WireSnapshot } from '../session/wire-protocol.js'

const PULL_MS = 100

export interface WireState {
  query: WireQuery
  snapshot: WireSnapshot | null
  /** No pulls: the list stands still. The session goes on recording. */
  paused: boolean
  /** The list stays at its end as rows come. */
  follow: boolean
  /** Rows that came while it did not. */
  fresh: number
  selected: number | null
  /** The request in the inspector. */
  inspected: number | null
  inspection: Inspection | null
  fault: string | null
}

/** What the list shows: where its window begins and how many rows it has. */
export interface Window {
  index: number
  rows: number
}

export interface WireTimers {
  frame(run: () => void): void
  now(): number
  hidden(): boolean
  /** Whether a list may scroll by itself: not where motion is reduced. */
  scrolls(): boolean
}

const browser: WireTimers = {
  frame: run => void requestAnimationFrame(run),
  now: () => performance.now(),
  hidden: () => document.visibilityState === 'hidden',
  scrolls: () => !matchMedia('(prefers-reduced-motion: reduce)').matches,
}

export const emptyQuery: WireQuery = {
  views: [],
  scope: 'all',
  text: '',
  families: [],
  errors: false,
  slow: false,
  throttled: false,
  fold: true,
  between: null,
}

export class Wire {
  readonly store: StoreApi<WireState>
  private window: Window = { index: 0, rows: 40 }
  private lanes: WirePull['lanes'] = null
  private openedAt = Date.now()
  private frozenAt: number | null = null
  private users = 0
  private pulling = false
  private lastPull = Number.NEGATIVE_INFINITY
  private changed = true
  private inspectedVersion = ''
  /** What a key asked for that was not loaded yet: selected when it comes. */
  private wanted: number | null = null

  constructor(
    private readonly session: Session,
    query: Partial<WireQuery> = {},
    private readonly timers: WireTimers = browser,
  ) {
    this.store = createStore<WireState>(() => ({
      query: { ...emptyQuery, ...query },
      snapshot: null,
      paused: false,
      follow: this.timers.scrolls(),
      fresh: 0,
      selected: null,
      inspected: null,
      inspection: null,
      fault: null,
    }))
  }

  /** Pulls until the returned function is called. From the first time on payloads are kept. */
  attach(): () => void {
    void this.session.call('wire.opened', {}).catch(() => {})
    if (++this.users === 1) this.tick()
    return () => {
      this.users--
    }
  }

  setQuery(change: Partial<WireQuery>): void {
    this.changed = true
    this.store.setState(({ query }) => ({ query: { ...query, ...change } }))
  }

  /** The page went to other views: its cost begins anew. */
  setViews(views: string[]): void {
    const { query } = this.store.getState()
    if (query.views.join('\n') === views.join('\n')) return
    this.openedAt = Date.now()
    this.setQuery({ views })
  }

  setWindow(window: Window): void {
    if (window.index === this.window.index && window.rows === this.window.rows) return
    this.window = window
    this.changed = true
  }

  setLanes(lanes: { bins: number } | null): void {
    this.lanes = lanes && { bins: lanes.bins, span: this.lanes?.span ?? null }
    this.changed = true
  }

  /** A span of the overview for the list; `shown` is what the overview shows, which stands still meanwhile. */
  choose(between: WireQuery['between'], shown: { from: number; to: number }): void {
    if (this.lanes) this.lanes = { ...this.lanes, span: between ? (this.lanes.span ?? shown) : null }
    this.setQuery({ between })
  }

  setFollow(wanted: boolean): void {
    const follow = wanted && this.timers.scrolls()
    if (wanted && !follow) this.store.setState({ fresh: 0 })
    if (this.store.getState().follow === follow) return
    this.changed = true
    this.store.setState(follow ? { follow, fresh: 0 } : { follow })
  }

  setPaused(paused: boolean): void {
    this.changed = true
    this.frozenAt = paused ? (this.store.getState().snapshot?.now ?? null) : null
    this.store.setState({ paused })
  }

  toggleFamily(family: ApiFamily): void {
    const { families } = this.store.getState().query
    this.setQuery({ families: families.includes(family) ? families.filter(one => one !== family) : [...families, family] })
  }

  /** Moves the selection by rows; a row that is not here yet is selected when it has come. Returns its index. */
  move(by: number | 'first' | 'last'): number | null {
    const { snapshot, selected } = this.store.getState()
    if (!snapshot || snapshot.total === 0) return null
    const at = snapshot.rows.findIndex(row => row.id === selected)
    const now = at < 0 ? (by === 1 || by === 'first' ? -1 : snapshot.total) : snapshot.from + at
    const index = by === 'first' ? 0 : by === 'last' ? snapshot.total - 1 : Math.max(0, Math.min(snapshot.total - 1, now + by))
    const row = snapshot.rows[index - snapshot.from]
    if (row) this.select(row.id)
    else this.wanted = index
    return index
  }

  select(id: number | null): void {
    this.wanted = null
    this.store.setState({ selected: id })
    if (this.store.getState().inspected !== null && id !== null) this.inspect(id)
  }

  inspect(id: number | null): void {
    if (id === null) {
      this.store.setState({ inspected: null, inspection: null })
      return
    }
    // What was shown stays until the next one is here: moving through rows does not flicker.
    this.store.setState({ selected: id, inspected: id })
    void this.loadInspection(id)
  }

  async clear(): Promise<void> {
    await this.session.call('wire.clear', {})
    this.store.setState({ selected: null, inspected: null, inspection: null, fresh: 0 })
    this.changed = true
  }

  async setRecording(on: boolean): Promise<void> {
    await this.session.call('wire.record', { on })
    this.changed = true
  }

  /** Goes to the nearest row with an error. */
  async nextError(backwards: boolean): Promise<number | null> {
    const { query, selected, snapshot } = this.store.getState()
    const after = selected ?? (backwards ? null : (snapshot?.rows[0]?.id ?? null))
    const id = await this.session.call('wire.nextError', { query, after: after ?? Number.MAX_SAFE_INTEGER, backwards })
    if (id !== null) this.select(id)
    return id
  }

  get ask(): Session['call'] {
    return this.session.call.bind(this.session)
  }

  private tick(): void {
    this.timers.frame(() => {
      if (this.users === 0) return
      const { paused } = this.store.getState()
      const due = this.timers.now() - this.lastPull >= PULL_MS
      if (due && !this.pulling && !this.timers.hidden() && (!paused || this.changed)) void this.pull()
      this.tick()
    })
  }

  private async pull(): Promise<void> {
    const { query, snapshot, follow, paused } = this.store.getState()
    this.pulling = true
    this.lastPull = this.timers.now()
    const { index, rows } = this.window
    const since = this.changed || !snapshot ? -1 : snapshot.version
    this.changed = false
    try {
      const top = (follow && !paused) || !snapshot ? 'end' : { index, id: snapshot?.rows[index - snapshot.from]?.id ?? null }
      const next = await this.session.call('wire.pull', {
        query,
        top,
        rows,
        since,
        lanes: this.lanes,
        openedAt: this.openedAt,
        frozenAt: this.frozenAt,
      })
      if (next) this.take(next)
      else if (this.store.getState().fault) this.store.setState({ fault: null })
    } catch (error) {
      this.store.setState({ fault: error instanceof Error ? error.message : String(error) })
    } finally {
      this.pulling = false
    }
  }

  private take(next: WireSnapshot): void {
    const { snapshot, follow, fresh, inspected } = this.store.getState()
    const came = snapshot && !follow ? Math.max(0, next.total - next.shift - snapshot.total) : 0
    if (!follow) this.window = { ...this.window, index: this.window.index + next.shift }
    this.store.setState({ snapshot: next, fault: null, fresh: follow ? 0 : fresh + came })
    if (this.wanted !== null) {
      const row = next.rows[this.wanted - next.from]
      if (row) this.select(row.id)
    }
    const shown = next.rows.find(row => row.id === inspected)
    if (shown && versionOf(shown) !== this.inspectedVersion) void this.loadInspection(shown.id)
  }

  private async loadInspection(id: number): Promise<void> {
    try {
      const inspection = await this.session.call('wire.inspect', { id })
      if (this.store.getState().inspected !== id) return
      this.inspectedVersion = inspection ? versionOf(inspection.row) : ''
      this.store.setState({ inspection })
    } catch (error) {
      this.store.setState({ fault: error instanceof Error ? error.message : String(error) })
    }
  }
}

/** What of a row changes after it was opened. */
const versionOf = (row: WireRow): string => (row.is === 'request' ? `${row.id} ${row.status.is} ${row.throttleMs}` : `${row.id}`)
