/**
 * Rows on their way to the page: an event at most ten times a second, of at most a megabyte, and only with credit. A bounded scan waits for room
 * here before it reads on; a live one keeps the newest rows and counts those that it lets go.
 */
import { LIVE_ROWS, type RecordRow, type ScanProgress } from '../protocol.js'
import type { StreamContext } from '../serve-port.js'
import { rowBytes } from './rows.js'

const EVENT_MS = 100
const EVENT_BYTES = 1_000_000
const EVENT_ROWS = 1_000
const ROOM_BYTES = 4_000_000
const ROOM_ROWS = 2_000

export interface OutboxOptions {
  live: boolean
  progress(): ScanProgress
  /** Waits; tests make it short. */
  sleep(ms: number): Promise<void>
}

export class Outbox {
  private rows: RecordRow[] = []
  private bytes = 0
  private finished = false
  private changed = false
  private wake: (() => void) | null = null
  private readonly waiting: (() => void)[] = []
  paused = false
  shown = 0
  dropped = 0

  constructor(
    private readonly context: Pick<StreamContext<'scan'>, 'send' | 'ready' | 'signal'>,
    private readonly options: OutboxOptions,
  ) {
    context.signal.addEventListener('abort', () => this.poke())
  }

  get size(): number {
    return this.rows.length
  }

  /** Also with no rows: progress has moved. */
  add(rows: readonly RecordRow[]): void {
    for (const row of rows) {
      this.rows.push(row)
      this.bytes += rowBytes(row)
    }
    if (this.options.live) this.trim()
    this.changed = true
    this.poke()
  }

  /** Resolves when the scan may read on, or when nobody listens any more. */
  room(): Promise<void> {
    if (this.options.live || this.hasRoom()) return Promise.resolve()
    return new Promise(resolve => this.waiting.push(resolve))
  }

  setPaused(paused: boolean): void {
    this.paused = paused
    this.changed = true
    this.poke()
  }

  /** Nothing more comes: what is here is sent, paused or not, and `run` ends. */
  finish(): void {
    this.finished = true
    this.paused = false
    this.poke()
  }

  /** Sends until `finish`, or until the page lets go. */
  async run(): Promise<void> {
    const { signal } = this.context
    while (!signal.aborted) {
      if (!this.changed && !this.finished && (this.paused || this.rows.length === 0)) await this.poked()
      if (this.finished && this.rows.length === 0) return
      try {
        await this.context.ready()
      } catch {
        return
      }
      this.flush()
      if (!this.finished) await this.options.sleep(EVENT_MS)
    }
  }

  private flush(): void {
    const rows = this.paused ? [] : this.cut()
    this.changed = false
    this.shown += rows.length
    this.context.send({ is: 'rows', rows, progress: this.options.progress() })
    if (this.hasRoom()) for (const wake of this.waiting.splice(0)) wake()
  }

  private cut(): RecordRow[] {
    let count = 0
    let bytes = 0
    while (count < this.rows.length && count < EVENT_ROWS && (count === 0 || bytes < EVENT_BYTES)) bytes += rowBytes(this.rows[count++])
    this.bytes -= bytes
    return this.rows.splice(0, count)
  }

  private trim(): void {
    const over = this.rows.length - LIVE_ROWS
    if (over <= 0) return
    for (const row of this.rows.splice(0, over)) this.bytes -= rowBytes(row)
    this.dropped += over
  }

  private hasRoom(): boolean {
    return this.finished || this.context.signal.aborted || (this.bytes < ROOM_BYTES && this.rows.length < ROOM_ROWS)
  }

  private poked(): Promise<void> {
    return new Promise(resolve => {
      this.wake = resolve
    })
  }

  private poke(): void {
    this.wake?.()
    this.wake = null
    if (this.hasRoom()) for (const wake of this.waiting.splice(0)) wake()
  }
}
