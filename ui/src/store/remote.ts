/** One answer that a page shows and refreshes: what came stays while the next one is asked for, and when that one fails. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Fault } from '../session/protocol.js'

export interface RemoteState<T> {
  value: T | null
  /** When `value` came, ms since the epoch. */
  at: number | null
  loading: boolean
  /** Of the latest try; `value` may be older and still here. */
  fault: Fault | null
}

export interface Remote<T> {
  store: StoreApi<RemoteState<T>>
  /** Asking while an answer is under way costs nothing. */
  load(): Promise<void>
  dispose(): void
}

export function remote<T>(
  fetch: (signal: AbortSignal) => Promise<T>,
  faultOf: (error: unknown) => Fault,
  now: () => number = Date.now,
): Remote<T> {
  const store = createStore<RemoteState<T>>(() => ({ value: null, at: null, loading: false, fault: null }))
  const abort = new AbortController()
  let running: Promise<void> | null = null

  const run = async () => {
    store.setState({ loading: true })
    try {
      const value = await fetch(abort.signal)
      if (!abort.signal.aborted) store.setState({ value, at: now(), loading: false, fault: null })
    } catch (error) {
      if (!abort.signal.aborted) store.setState({ loading: false, fault: faultOf(error) })
    }
  }

  return {
    store,
    load() {
      running ??= run().finally(() => {
        running = null
      })
      return running
    },
    dispose: () => abort.abort(),
  }
}
