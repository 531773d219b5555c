/** Figures of ours: grouped, SI, with their unit apart so that it can be drawn smaller. Values of Kafka's are never rounded here. */

/** `48203377537n` as `48,203,377,537`. */
export function grouped(value: bigint | number): string {
  const text = String(value)
  const [whole, rest] = text.split('.')
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return rest === undefined ? digits : `${digits}.${rest}`
}

export interface Quantity {
  value: string
  unit: string
}

const steps = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** SI bytes with three significant digits: 999 B, 1.2 kB, 14.2 MB, 412 GB. */
export function bytes(count: number | bigint): Quantity {
  let value = Number(count)
  let step = 0
  while (Math.abs(value) >= 999.5 && step < steps.length - 1) {
    value /= 1000
    step++
  }
  return { value: step === 0 ? String(value) : rounded(value), unit: steps[step] }
}

export function bytesText(count: number | bigint): string {
  const { value, unit } = bytes(count)
  return `${value} ${unit}`
}

/** Two or three significant digits: 0.8, 4, 26.8, 402, then grouped. */
export function rounded(value: number): string {
  const size = Math.abs(value)
  if (size >= 100) return grouped(Math.round(value))
  const text = value.toFixed(1)
  return text.endsWith('.0') ? text.slice(0, -2) : text
}

/** A span of time: ms below 10 s, then s, min, h, d. */
export function duration(ms: number): string {
  const { value, unit } = durationParts(ms)
  return `${value} ${unit}`
}

export function durationParts(ms: number): Quantity {
  const size = Math.abs(ms)
  if (size < 10_000) return { value: size < 100 ? rounded(ms) : grouped(Math.round(ms)), unit: 'ms' }
  if (size < 90_000) return { value: rounded(ms / 1000), unit: 's' }
  if (size < 5_400_000) return { value: rounded(ms / 60_000), unit: 'min' }
  if (size < 129_600_000) return { value: rounded(ms / 3_600_000), unit: 'h' }
  return { value: rounded(ms / 86_400_000), unit: 'd' }
}

/** How long ago, coarse: "0.2 s ago", "3 min ago"; the future is said as such. */
export function ago(thenMs: number, nowMs: number): string {
  const gap = nowMs - thenMs
  if (gap < 0) return `in ${coarse(-gap)}`
  return `${coarse(gap)} ago`
}

function coarse(ms: number): string {
  if (ms < 60_000) return `${ms < 10_000 ? (ms / 1000).toFixed(ms < 1000 ? 1 : 0) : Math.round(ms / 1000)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} d`
}

/** "1 topic", "2 topics": the plural is the singular and an s, or given. */
export function plural(count: number | bigint, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 || count === 1n ? one : many}`
}
