/** Axes: round upper ends, gridlines, log decades. */
export interface Scale {
  /** 0 at the bottom, 1 at the top. */
  at(value: number): number
  ticks: { value: number; label: string }[]
}

const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** The smallest round number that holds a value. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return (steps.find(step => step * power >= value * 0.999) ?? 10) * power
}

export function linear(most: number, label: (value: number) => string = short): Scale {
  const top = roundUp(most)
  return { at: value => value / top, ticks: [0, top / 2, top].map(value => ({ value, label: label(value) })) }
}

/** Up from the middle and down from it, on one scale. */
export function mirrored(most: number, label: (value: number) => string): Scale {
  const top = roundUp(most)
  return {
    at: value => 0.5 + value / top / 2,
    ticks: [
      { value: top, label: `${label(top)} ↓` },
      { value: 0, label: '0' },
      { value: -top, label: `${label(top)} ↑` },
    ],
  }
}

/** Whole decades; values below the first one lie on its line. */
export function logarithmic(least: number, most: number): Scale {
  const from = Math.max(-1, Math.min(0, Math.floor(Math.log10(Math.max(1e-9, least)))))
  const to = Math.max(from + 2, Math.ceil(Math.log10(Math.max(1e-9, most))))
  const decades = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
  return {
    at: value => Math.max(0, (Math.log10(Math.max(1e-9, value)) - from) / (to - from)),
    ticks: decades.map(value => ({ value, label: short(value) })),
  }
}

/** 0, 0.5, 12, 1500 as 1.5k. */
export function short(value: number): string {
  if (Math.abs(value) >= 10_000) return `${Number((value / 1000).toPrecision(3))}k`
  return String(Number(value.toPrecision(3)))
}

/** The finite extremes; null when there is none. */
export function extent(series: readonly ArrayLike<number>[]): [least: number, most: number] | null {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const values of series) {
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) continue
      least = Math.min(least, values[i])
      most = Math.max(most, values[i])
    }
  }
  return most >= least ? [least, most] : null
}
