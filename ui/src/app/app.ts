/** Everything that a page may use, made once at start and handed down; tests make one over the fake session. */
import { createContext, use } from 'react'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Draft } from '../produce/draft.js'
import type { Route } from '../route/route.js'
import { createRouter, type Router } from '../route/router.js'
import type { Session } from '../session/session.js'
import { type Connection, createConnection } from '../store/connection.js'
import { createGroups, type GroupsStore } from '../store/groups.js'
import { createPrefs, type Prefs } from '../store/prefs.js'
import { createTopics, type TopicsStore } from '../store/topics.js'
import { createFrame, type FrameStore } from './frame-store.js'
import { createShortcuts, type Shortcuts } from './shortcuts.js'

export interface App {
  session: Session
  router: Router
  connection: StoreApi<Connection>
  prefs: StoreApi<Prefs>
  frame: FrameStore
  shortcuts: Shortcuts
  topics: TopicsStore
  groups: GroupsStore
  /** Produce forms by topic, for this page's life. */
  drafts: Map<string, Draft>
  /** Ticks once a second while the page is visible: for "updated 4 s ago". */
  clock: StoreApi<number>
  /** Leaves no timer, listener or stream behind. */
  dispose(): void
}

export interface AppOptions {
  session: Session
  window: Window
  token: string | null
  bridge: string
}

export function createApp({ session, window, token, bridge }: AppOptions): App {
  const prefs = createPrefs(window.localStorage)
  const clock = createStore<number>(() => Date.now())
  const ticking = window.setInterval(() => {
    if (window.document.visibilityState === 'visible') clock.setState(Date.now(), true)
  }, 1000)
  const router = createRouter(window)
  const shortcuts = createShortcuts(window, () => prefs.getState().singleKeys)
  return {
    session,
    prefs,
    clock,
    router,
    connection: createConnection(session, { token, bridge }),
    frame: createFrame(),
    shortcuts,
    topics: createTopics(session),
    groups: createGroups(session),
    drafts: new Map(),
    dispose: () => {
      window.clearInterval(ticking)
      router.dispose()
      shortcuts.dispose()
      session.close()
    },
  }
}

export const AppContext = createContext<App | null>(null)

export function useApp(): App {
  const app = use(AppContext)
  if (!app) throw new Error('This component needs an App around it')
  return app
}

export const usePrefs = <T>(select: (prefs: Prefs) => T): T => useStore(useApp().prefs, select)
export const useRoute = <T>(select: (route: Route) => T): T => useStore(useApp().router.store, select)
export const useConnection = <T>(select: (connection: Connection) => T): T => useStore(useApp().connection, select)
export const useNow = (): number => useStore(useApp().clock)
