/** The figures of the page: asked for once a second while it is visible and not paused. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Session } from '../session/session.js'
import type { MetricsRange, MetricsSnapshot } from '../session/wire-protocol.js'

const PULL_MS = 1_000

export interface MetricsState {
  range: MetricsRange
  /** null: all brokers. */
  broker: number | null
  paused: boolean
  snapshot: MetricsSnapshot | null
  /** The slice under the shared cursor; null: none, the latest figures are shown. */
  cursor: number | null
  fault: string | null
}

export class MetricsFeed {
  readonly store: StoreApi<MetricsState>
  private timer: ReturnType<typeof setInterval> | undefined
  private asking = false
  private stale = true

  constructor(
    private readonly session: Session,
    private readonly hidden: () => boolean = () => document.visibilityState === 'hidden',
  ) {
    this.store = createStore<MetricsState>(() => ({
      range: '15 min',
      broker: null,
      paused: false,
      snapshot: null,
      cursor: null,
      fault: null,
    }))
  }

  attach(): () => void {
    this.timer = setInterval(() => this.pull(), PULL_MS)
    this.pull()
    return () => clearInterval(this.timer)
  }

  set(change: Partial<Pick<MetricsState, 'range' | 'broker' | 'paused'>>): void {
    this.stale = true
    this.store.setState({ ...change, cursor: null })
    this.pull()
  }

  setCursor(cursor: number | null): void {
    if (cursor !== this.store.getState().cursor) this.store.setState({ cursor })
  }

  private pull(): void {
    const { paused } = this.store.getState()
    if (this.asking || this.hidden() || (paused && !this.stale)) return
    void this.ask()
  }

  private async ask(): Promise<void> {
    const { range, broker, snapshot } = this.store.getState()
    const since = this.stale || !snapshot ? -1 : snapshot.version
    this.asking = true
    this.stale = false
    try {
      const next = await this.session.call('metrics.pull', { range, broker, since })
      const now = this.store.getState()
      if (next && now.range === range && now.broker === broker) this.store.setState({ snapshot: next, fault: null })
    } catch (error) {
      this.store.setState({ fault: error instanceof Error ? error.message : String(error) })
    } finally {
      this.asking = false
      // The range or the broker changed meanwhile.
      if (this.stale) this.pull()
    }
  }
}
