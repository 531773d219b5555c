/** One scan and the rows it brought: bounded in rows and bytes, held while the reader looks, kept after it stops. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Fault, LIVE_ROWS, type RecordRow, type ScanEvent, type ScanParams, type ScanProgress } from '../session/protocol.js'
import type { Session, Subscription } from '../session/session.js'
import { comparing, merge, type Order, rowId } from './order.js'

/** What the rows of one scan may hold in the page; a live scan lets go of the oldest, another one stops. */
export const PAGE_BYTES = 64_000_000

export type ScanEnd = Extract<ScanEvent, { is: 'ended' }>['reason'] | 'full'

export interface ScanState {
  params: ScanParams | null
  phase: 'idle' | 'running' | 'paused' | 'ended'
  end: ScanEnd | null
  fault: Fault | null
  progress: ScanProgress | null
  /** Where it goes on without a gap. */
  next: Extract<ScanEvent, { is: 'ended' }>['next']
  order: Order
  /** In the order shown. */
  rows: readonly RecordRow[]
  /** Live rows that wait because the reader scrolled or opened a row. */
  held: number
  /** Fell out of the page's ring. */
  evicted: number
  /** True when it went on from where it had stopped. */
  resumed: boolean
}

const idle: ScanState = {
  params: null,
  phase: 'idle',
  end: null,
  fault: null,
  progress: null,
  next: [],
  order: 'newest',
  rows: [],
  held: 0,
  evicted: 0,
  resumed: false,
}

const sizeOf = (row: RecordRow) => 200 + (row.key?.length ?? 0) + (row.value?.length ?? 0)

export class Scan {
  readonly store: StoreApi<ScanState> = createStore<ScanState>(() => idle)
  private subscription: Subscription<'scan'> | null = null
  private readonly byId = new Map<string, RecordRow>()
  private held: RecordRow[] = []
  private bytes = 0
  private holding = false
  /** Names the query that was asked, also after the scan went on from elsewhere. */
  asked = ''

  constructor(
    private readonly session: Session,
    private readonly view: string,
  ) {}

  /** The row of an id, also when it is held back. */
  row(id: string): RecordRow | undefined {
    return this.byId.get(id)
  }

  /** Starts anew; with `keep` the rows that are here stay and the new ones join them. */
  start(params: ScanParams, order: Order, { keep = false, key = this.asked } = {}): void {
    this.subscription?.close()
    this.asked = key
    if (!keep) {
      this.byId.clear()
      this.held = []
      this.bytes = 0
    }
    const { rows, evicted } = this.store.getState()
    this.store.setState({
      ...idle,
      params,
      order,
      phase: 'running',
      resumed: keep,
      rows: keep ? rows : [],
      held: this.held.length,
      evicted: keep ? evicted : 0,
    })
    this.subscription = this.session.subscribe(
      'scan',
      params,
      { event: event => this.take(event), closed: fault => this.closed(fault) },
      { view: this.view },
    )
  }

  stop(): void {
    this.subscription?.command('stop')
  }

  pause(): void {
    this.subscription?.command('pause')
    this.store.setState({ phase: 'paused' })
  }

  resume(): void {
    this.subscription?.command('resume')
    this.store.setState({ phase: 'running' })
  }

  /** Goes on where it stopped; rows stay. */
  goOn(): void {
    const { params, next, order } = this.store.getState()
    if (params && next.length > 0) {
      const follow = params.follow || params.from.at === 'live'
      this.start({ ...params, follow, from: { at: 'positions', positions: next } }, order, { keep: true })
    }
  }

  /** Puts a record that was read on its own among the others. */
  insert(row: RecordRow): void {
    if (!this.byId.has(rowId(row))) this.add([row], true)
  }

  /** While holding, live rows wait; letting go shows them. */
  hold(on: boolean): void {
    if (this.holding === on) return
    this.holding = on
    if (!on && this.held.length > 0) {
      const waiting = this.held
      this.held = []
      this.show(waiting)
    }
  }

  sort(order: Order): void {
    this.store.setState(({ rows }) => ({ order, rows: [...rows].sort(comparing(order)) }))
  }

  dispose(): void {
    this.subscription?.close()
    this.subscription = null
  }

  private get live(): boolean {
    const { params } = this.store.getState()
    return params !== null && (params.follow || params.from.at === 'live')
  }

  private take(event: ScanEvent): void {
    if (event.is === 'rows') {
      this.store.setState({ progress: event.progress })
      this.add(event.rows)
      return
    }
    this.subscription = null
    const { reason, progress, fault, next } = event
    this.store.setState(({ end }) => ({ phase: 'ended', end: end ?? reason, fault, progress, next }))
  }

  private closed(fault: Fault | null): void {
    this.subscription = null
    if (this.store.getState().phase !== 'ended') this.store.setState({ phase: 'ended', end: fault ? 'failed' : 'end', fault })
  }

  private add(rows: RecordRow[], now = false): void {
    const fresh = rows.filter(row => !this.byId.has(rowId(row)))
    for (const row of fresh) {
      this.byId.set(rowId(row), row)
      this.bytes += sizeOf(row)
    }
    if (fresh.length === 0) return
    if (this.live && this.holding && !now) this.keepHeld(fresh)
    else this.show(fresh)
    if (!this.live && this.bytes > PAGE_BYTES) {
      this.store.setState({ end: 'full' })
      this.stop()
    }
  }

  private keepHeld(rows: RecordRow[]): void {
    this.held.push(...rows)
    const over = this.held.length - LIVE_ROWS
    const gone = over > 0 ? this.held.splice(0, over) : []
    this.forget(gone)
    this.store.setState(({ evicted }) => ({ held: this.held.length, evicted: evicted + gone.length }))
  }

  private show(fresh: RecordRow[]): void {
    const { rows, order, evicted } = this.store.getState()
    const compare = comparing(order)
    const merged = merge(rows, [...fresh].sort(compare), compare)
    const gone = this.live ? this.overflow(merged, order) : []
    this.store.setState({ rows: merged, held: this.held.length, evicted: evicted + gone.length })
  }

  /** Takes the oldest rows out of `rows` until both limits hold. */
  private overflow(rows: RecordRow[], order: Order): RecordRow[] {
    const gone: RecordRow[] = []
    while (rows.length > LIVE_ROWS || (this.bytes > PAGE_BYTES && rows.length > 1)) {
      const row = order === 'newest' ? rows.pop()! : rows.shift()!
      this.forget([row])
      gone.push(row)
    }
    return gone
  }

  private forget(rows: RecordRow[]): void {
    for (const row of rows) {
      this.byId.delete(rowId(row))
      this.bytes -= sizeOf(row)
    }
  }
}
