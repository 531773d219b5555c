/** Timestamps of records and of ours in the zone that the reader chose. Kafka's timestamps are int64 ms; a Date holds less. */

/** `utc`, `local`, or an IANA name. */
export type Zone = string

const CALENDAR = 8_640_000_000_000_000n
const pad = (value: number, width = 2) => String(value).padStart(width, '0')

export interface TimeText {
  /** `2026-11-20`; empty when the timestamp is outside the calendar. */
  date: string
  /** `14:31:07.391`, or the raw ms. */
  time: string
  /** `+01:00`. */
  offset: string
}

/** null for "no timestamp" (−1). */
export function timeText(timestamp: bigint, zone: Zone): TimeText | null {
  if (timestamp === -1n) return null
  if (timestamp > CALENDAR || timestamp < -CALENDAR) return { date: '', time: `${timestamp} ms`, offset: '' }
  const ms = Number(timestamp)
  const minutes = zoneOffset(ms, zone)
  const shifted = new Date(ms + minutes * 60_000)
  if (Number.isNaN(shifted.getTime())) return { date: '', time: `${timestamp} ms`, offset: '' }
  const year = shifted.getUTCFullYear()
  const date = `${year < 0 || year > 9999 ? year : pad(year, 4)}-${pad(shifted.getUTCMonth() + 1)}-${pad(shifted.getUTCDate())}`
  const time = `${pad(shifted.getUTCHours())}:${pad(shifted.getUTCMinutes())}:${pad(shifted.getUTCSeconds())}.${pad(shifted.getUTCMilliseconds(), 3)}`
  return { date, time, offset: offsetText(minutes) }
}

/** Minutes that the zone is ahead of UTC at that moment. */
export function zoneOffset(ms: number, zone: Zone): number {
  if (zone === 'utc') return 0
  if (zone === 'local') return -new Date(ms).getTimezoneOffset()
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(ms)
      .map(part => [part.type, part.value]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour') % 24, part('minute'), part('second'))
  return Math.round((wall - Math.floor(ms / 1000) * 1000) / 60_000)
}

const formatters = new Map<string, Intl.DateTimeFormat>()
function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(zone, made)
  return made
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '−' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}

/** `UTC`, or `UTC+01:00` as it is at that moment: column heads and the top bar. */
export function zoneLabel(zone: Zone, nowMs: number): string {
  const minutes = zoneOffset(nowMs, zone)
  return zone === 'utc' || minutes === 0 ? 'UTC' : `UTC${offsetText(minutes)}`
}

/** The zone by name, for titles: `Europe/Berlin`. */
export function zoneName(zone: Zone): string {
  if (zone === 'utc') return 'UTC'
  return zone === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone
}

/** `14:31:07.391`, or a dash. */
export function clock(timestamp: bigint, zone: Zone): string {
  return timeText(timestamp, zone)?.time ?? '–'
}

/** `2026-11-20 14:31:07.391 +01:00`. */
export function fullTime(timestamp: bigint, zone: Zone): string {
  const text = timeText(timestamp, zone)
  if (!text) return 'no timestamp'
  return text.date ? `${text.date} ${text.time} ${text.offset}` : text.time
}

/**
 * What a person types as a time: `2026-11-20 14:31[:07[.391]]`, `14:31[:07]` (today), epoch ms (11 digits and more), `5 min ago`, `2h`; in the
 * zone given unless it names an offset or Z. null when it is none of these.
 */
export function parseTime(text: string, zone: Zone, nowMs: number): bigint | null {
  const input = text.trim()
  if (/^-?\d{11,}$/.test(input)) return BigInt(input)
  const span = /^(\d+(?:\.\d+)?)\s*(s|sec|min|m|h|d)(?:\s+ago)?$/.exec(input)
  if (span) return BigInt(Math.round(nowMs - Number(span[1]) * spans[span[2]]))
  const match = /^(?:(\d{4})-(\d{2})-(\d{2})[ T])?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?\s*(Z|[+−-]\d{2}:?\d{2})?$/.exec(input)
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(input)
  if (day) return wallTime([Number(day[1]), Number(day[2]), Number(day[3])], [0, 0, 0, 0], zone)
  if (!match) return null
  const [, year, month, date, hour, minute, second = '0', fraction = '0', offset] = match
  const clockParts = [Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0'))]
  if (clockParts[0] > 23 || clockParts[1] > 59 || clockParts[2] > 59) return null
  const today = new Date(nowMs + zoneOffset(nowMs, zone) * 60_000)
  const dateParts = year
    ? [Number(year), Number(month), Number(date)]
    : [today.getUTCFullYear(), today.getUTCMonth() + 1, today.getUTCDate()]
  if (dateParts[1] < 1 || dateParts[1] > 12 || dateParts[2] < 1 || dateParts[2] > 31) return null
  return wallTime(dateParts, clockParts, zone, offset)
}

const spans: Record<string, number> = { s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

function wallTime(date: number[], time: number[], zone: Zone, offset?: string): bigint {
  const wall = Date.UTC(date[0], date[1] - 1, date[2], time[0], time[1], time[2], time[3])
  if (offset === 'Z') return BigInt(wall)
  if (offset) {
    const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2))
    return BigInt(wall - (offset.startsWith('+') ? minutes : -minutes) * 60_000)
  }
  // The offset that holds at the wall time itself: the first guess may lie across a daylight-saving change.
  const guess = wall - zoneOffset(wall, zone) * 60_000
  return BigInt(wall - zoneOffset(guess, zone) * 60_000)
}
