/** The route as a store over the browser's history. A panel or an opened row is an entry of its own, so that Back closes it first. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { formatHash, type Place, parseHash, type Route } from './route.js'

export interface NavigateOptions {
  /** Take the current entry's place: filters, sort. */
  replace?: boolean
  /** The entry is a layer over the one before it (a panel, an opened row): closing goes back to it. */
  layer?: boolean
}

export interface Router {
  store: StoreApi<Route>
  navigate(route: Route, options?: NavigateOptions): void
  /** Another place of the same cluster, with an empty or given query. */
  go(place: Place, query?: ReadonlyMap<string, string>): void
  /** Changes the query of the place that is shown. */
  setQuery(change: (query: ReadonlyMap<string, string>) => ReadonlyMap<string, string>, options?: NavigateOptions): void
  /** Takes a layer off: one step back when it was pushed here, else its query is replaced. */
  closeLayer(change: (query: ReadonlyMap<string, string>) => ReadonlyMap<string, string>): void
  hrefOf(place: Place, query?: ReadonlyMap<string, string>): string
  dispose(): void
}

interface EntryState {
  layer?: boolean
}

export function createRouter(window: Window): Router {
  const { history, location } = window
  const store = createStore<Route>(() => parseHash(location.hash))
  const read = () => {
    const route = parseHash(location.hash)
    if (formatHash(route) !== formatHash(store.getState())) store.setState(route, true)
  }
  window.addEventListener('popstate', read)
  window.addEventListener('hashchange', read)

  const navigate = (route: Route, { replace = false, layer = false }: NavigateOptions = {}) => {
    const hash = formatHash(route)
    if (hash === location.hash) return
    const kept = (history.state as EntryState | null)?.layer ?? false
    const state: EntryState = { layer: replace ? kept : layer }
    if (replace) history.replaceState(state, '', hash)
    else history.pushState(state, '', hash)
    store.setState(route, true)
  }
  const withQuery = (query: ReadonlyMap<string, string>): Route => ({ ...store.getState(), query })

  return {
    store,
    navigate,
    go: (place, query = new Map()) => navigate({ cluster: store.getState().cluster, place, query }),
    setQuery: (change, options) => navigate(withQuery(change(store.getState().query)), options),
    closeLayer: change => {
      if ((history.state as EntryState | null)?.layer) history.back()
      else navigate(withQuery(change(store.getState().query)), { replace: true })
    },
    hrefOf: (place, query = new Map()) => formatHash({ cluster: store.getState().cluster, place, query }),
    dispose: () => {
      window.removeEventListener('popstate', read)
      window.removeEventListener('hashchange', read)
    },
  }
}
