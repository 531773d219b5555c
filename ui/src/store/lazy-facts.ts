/**
 * Facts that are asked for only while their row is on screen: 150 ms after scrolling stops, in one call for all rows then visible, kept for 30 s.
 * Rows that left the screen before the call are not asked for.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Fault } from '../session/protocol.js'

export interface Fact<T> {
  value: T | null
  fault: Fault | null
  /** When it came, ms since the epoch. */
  at: number
  /** The one before it, for rates. */
  before: { value: T; at: number } | null
}

export interface LazyFacts<T> {
  store: StoreApi<ReadonlyMap<string, Fact<T>>>
  /** The rows on screen now; replaces the rows named before. */
  show(ids: readonly string[]): void
  /** Asks again for the rows on screen, whatever is kept. */
  refresh(): void
  stop(): void
}

export interface LazyOptions<T> {
  /** Answers for some or all of the ids. What it throws becomes the fault of each of them. */
  fetch(ids: string[], signal: AbortSignal): Promise<ReadonlyMap<string, T | Fault>>
  isFault(value: T | Fault): value is Fault
  faultOf(error: unknown): Fault
  settleMs?: number
  keepMs?: number
  /** How soon after its first answer a row is asked again, where a rate is told from two; default: as the others. */
  secondLookMs?: number
  now?(): number
}

export function lazyFacts<T>(options: LazyOptions<T>): LazyFacts<T> {
  const { settleMs = 150, keepMs = 30_000, secondLookMs = keepMs, now = Date.now } = options
  const store = createStore<ReadonlyMap<string, Fact<T>>>(() => new Map())
  const asking = new Set<string>()
  let shown: readonly string[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let abort = new AbortController()

  const put = (ids: readonly string[], factOf: (id: string) => T | Fault | undefined) => {
    const next = new Map(store.getState())
    const at = now()
    for (const id of ids) {
      const answer = factOf(id)
      if (answer === undefined) continue
      const old = next.get(id)
      const before = old && old.value !== null ? { value: old.value, at: old.at } : (old?.before ?? null)
      next.set(
        id,
        options.isFault(answer) ? { value: old?.value ?? null, fault: answer, at, before } : { value: answer, fault: null, at, before },
      )
    }
    store.setState(next, true)
  }

  const ask = async (force: boolean) => {
    const { signal } = abort
    // What is due soon comes along: one call for the screen instead of one per row that came at its own time.
    const ids = shown.filter(id => !asking.has(id) && (force || dueAt(id) <= now() + keepMs / 10))
    if (ids.length === 0) return plan()
    for (const id of ids) asking.add(id)
    try {
      const answers = await options.fetch(ids, signal)
      if (!signal.aborted) put(ids, id => answers.get(id))
    } catch (error) {
      const fault = options.faultOf(error)
      if (!signal.aborted) put(ids, () => fault)
    } finally {
      for (const id of ids) asking.delete(id)
    }
    if (!signal.aborted) plan()
  }

  const dueAt = (id: string): number => {
    const fact = store.getState().get(id)
    if (!fact) return -Infinity
    return fact.at + (fact.before === null && fact.fault === null ? secondLookMs : keepMs)
  }
  /** Wakes when the first of the rows on screen is due. */
  const plan = () => {
    clearTimeout(again)
    if (shown.length > 0) again = setTimeout(() => void ask(false), Math.max(settleMs, Math.min(...shown.map(dueAt)) - now()))
  }

  return {
    store,
    show(ids) {
      shown = ids
      clearTimeout(timer)
      timer = setTimeout(() => void ask(false), settleMs)
    },
    refresh: () => void ask(true),
    stop() {
      clearTimeout(timer)
      clearTimeout(again)
      shown = []
      abort.abort()
      abort = new AbortController()
    },
  }
}
