/**
 * One page's look at the rings: which rows match, and the few that are on its screen. The whole ring is judged anew on each pull that finds a
 * change: 20,000 rows of typed arrays are cheaper than keeping a list right while rows change their state.
 */
import { apiFamilies, type WirePull, type WireQuery, type WireRow, type WireSnapshot } from '../wire-protocol.js'
import { familyOf, isHeartbeat } from './api-family.js'
import { costOf } from './cost.js'
import { lanesOf } from './lanes.js'
import { DONE, FAILED, IDLE, SLOW } from './request-ring.js'
import { connectionRow, connectionRowId, requestRow } from './row.js'
import { type FilterContext, type WireFilter, wireFilter } from './wire-filter.js'

const METADATA = 3
const FETCH = 1
/** Reading error codes may take this long per pull. */
const LOOK_MS = 8
const MOST_ROWS = 500
const GROW_MS = 500
const OVERVIEW_MS = 60_000
const LEAST_OVERVIEW_MS = 5_000

type Folds = 'heartbeats' | 'fetches' | 'refreshes'

interface Judged {
  /** Request ids, and negative ones for connection events, in order of time. */
  ids: number[]
  counts: WireSnapshot['counts']
  folded: WireSnapshot['folded']
}

export class WireView {
  private readonly fields: FilterContext
  private filter: WireFilter
  private text = ''
  private asked = ''
  private answeredAt = 0

  /** `isMine` tells whether an initiator is one of this page's views. */
  constructor(private readonly context: FilterContext & { now(): number; isMine(label: string, views: readonly string[]): boolean }) {
    this.fields = context
    this.filter = wireFilter('', context)
  }

  /** Null when there is nothing new to say. */
  pull(params: WirePull): WireSnapshot | null {
    const { recorder, reading, now } = this.context
    const unread = recorder.keepFrames ? reading.look(LOOK_MS, now) : 0
    const asked = JSON.stringify([params.query, params.top, params.rows, params.lanes, params.openedAt, params.frozenAt])
    const same = asked === this.asked && params.since === recorder.version && unread === 0
    this.asked = asked
    // Bars of requests in flight grow although nothing happens; that need not be quick.
    const grown = recorder.inFlight > 0 && now() - this.answeredAt >= GROW_MS
    if (same && params.since >= 0 && !grown) return null
    this.answeredAt = now()
    const judged = this.judge(params.query, params.frozenAt ?? Number.POSITIVE_INFINITY)
    const window = place(judged.ids, params)
    return {
      version: recorder.version,
      now: now(),
      counts: judged.counts,
      folded: judged.folded,
      total: judged.ids.length,
      ...window,
      rows: judged.ids.slice(window.from, window.from + Math.min(MOST_ROWS, params.rows)).map(id => this.row(id)),
      recording: recorder.recording,
      payloads: recorder.keepFrames,
      payloadBytes: recorder.frames.bytes,
      payloadBudget: recorder.frames.budgetBytes,
      oldestAt: this.oldestAt(),
      unread,
      overview: this.overview(params),
      cost: this.cost(params),
      filterNote: this.filter.note,
    }
  }

  /** The next row with an error in the list, in either direction. */
  nextError(query: WireQuery, after: number, backwards: boolean): number | null {
    const { ids } = this.judge({ ...query, errors: true })
    const behind = this.judge(query).ids
    const at = behind.indexOf(after)
    const errors = new Set(ids)
    const step = backwards ? -1 : 1
    for (let i = (at < 0 && backwards ? behind.length : at) + step; i >= 0 && i < behind.length; i += step)
      if (errors.has(behind[i])) return behind[i]
    return null
  }

  private judge(query: WireQuery, before = Number.POSITIVE_INFINITY): Judged {
    if (query.text !== this.text) {
      this.text = query.text
      this.filter = wireFilter(query.text, this.fields)
    }
    const { recorder } = this.context
    const { requests } = recorder
    const { filter } = this
    const mine = this.pageLabels(query)
    const pageOnly = query.scope === 'page'
    const families = new Set(query.families.map(family => apiFamilies.indexOf(family)))
    const fold = query.fold && !filter.namesApi
    const judged = noneYet()
    const { counts, folded } = judged
    const events = [...recorder.connections]
    let event = 0
    const take = (before: number) => {
      for (; event < events.length && events[event].at <= before; event++) {
        const shown = !pageOnly && families.size === 0 && !query.slow && !query.throttled && inSpan(query, events[event].at)
        if (shown && (!query.errors || events[event].error !== '') && filter.connection(events[event]))
          judged.ids.push(connectionRowId(events[event].sequence))
      }
    }
    for (let id = requests.first; id <= requests.last; id++) {
      const slot = requests.slot(id)
      if (slot < 0 || requests.startedAt[slot] > before) continue
      take(requests.startedAt[slot])
      const own = mine.has(requests.initiator[slot])
      counts.all++
      if (own) counts.page++
      if (!requests.has(slot, DONE)) counts.inFlight++
      if ((pageOnly && !own) || !inSpan(query, requests.startedAt[slot]) || !filter.request(slot)) continue
      const error = requests.has(slot, FAILED) || requests.errno[slot] !== 0
      const slow = requests.has(slot, SLOW)
      const throttled = requests.throttleMs[slot] > 0
      const family = apiFamilies.indexOf(familyOf(requests.apiKey[slot]))
      counts.families[family]++
      if (error) counts.errors++
      if (slow) counts.slow++
      if (throttled) counts.throttled++
      if (
        (families.size > 0 && !families.has(family)) ||
        (query.errors && !error) ||
        (query.slow && !slow) ||
        (query.throttled && !throttled)
      )
        continue
      const noise = fold && !error && !slow && !throttled ? this.noise(slot) : null
      if (noise) folded[noise]++
      else judged.ids.push(id)
    }
    take(before)
    return judged
  }

  /** The numbers of the labels under which this page's views ask. */
  private pageLabels({ views }: WireQuery): Set<number> {
    const { recorder, isMine } = this.context
    return recorder.labels.numbersOf(label => isMine(label, views))
  }

  private noise(slot: number): Folds | null {
    const { recorder } = this.context
    const { requests } = recorder
    const key = requests.apiKey[slot]
    if (isHeartbeat(key)) return 'heartbeats'
    if (key === FETCH && requests.has(slot, IDLE)) return 'fetches'
    return key === METADATA && recorder.labels.text(requests.initiator[slot]) === 'metadata' ? 'refreshes' : null
  }

  private row(id: number): WireRow {
    const { recorder, reading, words } = this.context
    const record = id < 0 ? recorder.connections.get(-1 - id) : undefined
    return record ? connectionRow(record) : requestRow(recorder, reading, recorder.requests.slot(id), words)
  }

  /** The last minute, or less while there is less. */
  private overview({ lanes, query }: WirePull): WireSnapshot['overview'] {
    if (!lanes) return null
    const { recorder, now } = this.context
    const to = now()
    const oldest = this.oldestAt() ?? to
    const span = lanes.span ?? { from: Math.max(to - OVERVIEW_MS, Math.min(oldest, to - LEAST_OVERVIEW_MS)), to }
    return { ...span, lanes: lanesOf(recorder, { ...span, bins: lanes.bins }, query.families, to) }
  }

  private oldestAt(): number | null {
    const { requests } = this.context.recorder
    for (let id = requests.first; id <= requests.last; id++) if (requests.slot(id) >= 0) return requests.startedAt[requests.slot(id)]
    return null
  }

  private cost({ query, openedAt }: WirePull): WireSnapshot['cost'] {
    if (query.scope !== 'page') return null
    const { recorder, words, now } = this.context
    const mine = this.pageLabels(query)
    const isMine = (slot: number) => mine.has(recorder.requests.initiator[slot])
    return costOf(recorder, openedAt, isMine, key => words.api(key), now())
  }
}

function noneYet(): Judged {
  const families = apiFamilies.map(() => 0)
  return {
    ids: [],
    counts: { page: 0, all: 0, families, errors: 0, slow: 0, throttled: 0, inFlight: 0 },
    folded: { heartbeats: 0, fetches: 0, refreshes: 0 },
  }
}

const inSpan = ({ between }: WireQuery, at: number) => between === null || (at >= between.from && at <= between.to)

/** Where the window begins: at the end, at an index, or at a row wherever it is by now. */
function place(ids: readonly number[], { top, rows }: WirePull): { from: number; shift: number } {
  const last = Math.max(0, ids.length - rows)
  if (top === 'end') return { from: last, shift: 0 }
  const index = Math.max(0, Math.min(top.index, Math.max(0, ids.length - 1)))
  if (top.id === null || ids[index] === top.id) return { from: index, shift: 0 }
  const found = ids.indexOf(top.id)
  return found < 0 ? { from: index, shift: 0 } : { from: found, shift: found - top.index }
}
