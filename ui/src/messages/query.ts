/** What the Messages view shows, as the URL says it, and the scan that this asks for. */
import { decoderChoices } from '../decode/choices.js'
import { choice, count, flag, int64, maybe, numbers, text, type Values } from '../route/query.js'
import { LIVE_ROWS, type ScanFrom, type ScanParams } from '../session/protocol.js'
import { type Order, orders } from './order.js'

export const starts = ['newest', 'oldest', 'offset', 'time', 'live'] as const
export const recordTabs = ['value', 'key', 'headers', 'batch', 'bytes'] as const
export type RecordTab = (typeof recordTabs)[number]
const decoderNames = decoderChoices.map(each => each.value)

export const messagesQuery = {
  from: choice(starts, 'newest'),
  /** The offset of `from=offset`. */
  at: int64(),
  /** The time of `from=time`, ms since the epoch. */
  t: int64(),
  p: numbers(),
  stop: count(100, LIVE_ROWS),
  f: text(),
  iso: choice(['ru', 'rc'] as const, 'ru'),
  ctl: flag(),
  order: maybe(orders),
  /** `partition:offset`, with `topic:` before it where several are shown. */
  open: text(),
  rt: choice(recordTabs, 'value'),
  kd: maybe(decoderNames),
  vd: maybe(decoderNames),
  side: maybe(['produce'] as const),
  /** The topics of the Messages page in the rail. */
  topics: text(),
}
export type MessagesQuery = Values<typeof messagesQuery>

export const stops = [50, 100, 500, 1000, 5000] as const

/** The order that a start suggests: newest and live from the top, the others as they were written. */
export function orderOf({ from, order }: MessagesQuery): Order {
  return order ?? (from === 'newest' || from === 'live' ? 'newest' : 'oldest')
}

/** null while the start needs a value that is not there yet. */
export function scanParams(topics: readonly string[], query: MessagesQuery): ScanParams | null {
  const from = startOf(query)
  if (!from || topics.length === 0) return null
  return {
    topics: topics.map(topic => ({ topic, partitions: topics.length === 1 ? query.p : null })),
    from,
    follow: query.from === 'live',
    limit: query.stop,
    filter: query.f,
    controlRecords: query.ctl,
    isolation: query.iso === 'rc' ? 'read_committed' : 'read_uncommitted',
  }
}

function startOf({ from, at, t }: MessagesQuery): ScanFrom | null {
  if (from === 'offset') return at === null ? null : { at: 'offset', offset: at }
  if (from === 'time') return t === null ? null : { at: 'time', timestamp: t }
  return { at: from }
}

/** Two queries with the same key read the same records. */
export function scanKey(params: ScanParams): string {
  return JSON.stringify(params, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}
