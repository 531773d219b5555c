/** What the reader chose, kept in this browser. Nothing secret, no record data. Anything unreadable falls back to its default, field by field. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { type DecoderChoice, decoderChoices } from '../decode/choices.js'
import type { Zone } from '../format/time.js'

export type Theme = 'system' | 'light' | 'dark'
export type Density = 'compact' | 'comfortable'

export interface Pin {
  cluster: string
  is: 'topic' | 'group'
  name: string
}

export interface TopicDecoders {
  key: DecoderChoice
  value: DecoderChoice
}

export interface Prefs {
  theme: Theme
  density: Density
  zone: Zone
  railSlim: boolean
  dockOpen: boolean
  dockHeight: number
  /** Single letters as keys; off for people who dictate (WCAG 2.1.4). */
  singleKeys: boolean
  pins: Pin[]
  /** Widths in px by view and column, as `view/column`. */
  widths: Map<string, number>
  decoders: Map<string, TopicDecoders>
}

export const defaultPrefs: Prefs = {
  theme: 'system',
  density: 'compact',
  zone: 'local',
  railSlim: false,
  dockOpen: false,
  dockHeight: 320,
  singleKeys: true,
  pins: [],
  widths: new Map(),
  decoders: new Map(),
}

/** `public/theme.js` reads it before the first paint. */
const THEME_KEY = 'milena.theme'
const KEY = 'milena.prefs'

export function createPrefs(storage: Storage): StoreApi<Prefs> {
  const store = createStore<Prefs>(() => load(storage))
  store.subscribe(prefs => save(storage, prefs))
  return store
}

function save(storage: Storage, prefs: Prefs): void {
  try {
    storage.setItem(KEY, JSON.stringify({ ...prefs, widths: [...prefs.widths], decoders: [...prefs.decoders] }))
    storage.setItem(THEME_KEY, prefs.theme)
  } catch {
    // Storage may be full or blocked: the choice holds for this page.
  }
}

function load(storage: Storage): Prefs {
  let stored: Record<string, unknown>
  try {
    stored = JSON.parse(storage.getItem(KEY) ?? '{}') as Record<string, unknown>
  } catch {
    return defaultPrefs
  }
  const pick = <T>(key: keyof Prefs, valid: (value: unknown) => value is T, fallback: T): T => {
    const value = stored[key]
    return valid(value) ? value : fallback
  }
  return {
    theme: pick('theme', oneOf(['system', 'light', 'dark'] as const), 'system'),
    density: pick('density', oneOf(['compact', 'comfortable'] as const), 'compact'),
    zone: pick('zone', isString, 'local'),
    railSlim: pick('railSlim', isBoolean, false),
    dockOpen: pick('dockOpen', isBoolean, false),
    dockHeight: pick('dockHeight', isNumber, 320),
    singleKeys: pick('singleKeys', isBoolean, true),
    pins: pick('pins', isPins, []),
    widths: new Map(pick('widths', isWidths, [])),
    decoders: new Map(pick('decoders', isDecoders, [])),
  }
}

const isString = (value: unknown): value is string => typeof value === 'string'
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const oneOf =
  <T extends string>(values: readonly T[]) =>
  (value: unknown): value is T =>
    values.some(each => each === value)
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
const isPins = (value: unknown): value is Pin[] =>
  Array.isArray(value) &&
  value.every(pin => isString(field(pin, 'cluster')) && isString(field(pin, 'name')) && oneOf(['topic', 'group'])(field(pin, 'is')))
const isWidths = (value: unknown): value is [string, number][] =>
  Array.isArray(value) && value.every(entry => Array.isArray(entry) && isString(entry[0]) && isNumber(entry[1]))
const isChoice = oneOf(decoderChoices.map(choice => choice.value))
const isDecoders = (value: unknown): value is [string, TopicDecoders][] =>
  Array.isArray(value) &&
  value.every(entry => Array.isArray(entry) && isString(entry[0]) && isChoice(field(entry[1], 'key')) && isChoice(field(entry[1], 'value')))
