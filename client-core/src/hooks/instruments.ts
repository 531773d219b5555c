export type Labels = Readonly<Record<string, string>>

/** One line of a chart: labels and what was measured under them. */
export interface Series {
  readonly labels: Labels
  /** The counter's or gauge's value; the sum of a histogram's observations. */
  readonly value: number
  /** A histogram's observations up to each bound, not cumulative; one more than there are bounds. */
  readonly buckets?: readonly number[]
  readonly count?: number
}
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** A histogram's upper bounds, inclusive. */
  readonly bounds?: readonly number[]
  readonly series: readonly Series[]
}

interface Slot {
  labels: Labels
  value: number
  count: number
  buckets: number[]
}

/** Counts by labels. Beyond `maxSeries` sets of labels, all further ones are counted together under `other`: memory is bounded. */
class Instrument {
  protected readonly slots = new Map<string, Slot>()

  constructor(
    readonly name: string,
    readonly help: string,
    private readonly labelNames: readonly string[],
    private readonly maxSeries: number,
    private readonly buckets: number,
  ) {}

  protected slot(values: readonly string[]): Slot {
    const key = values.join('\0')
    const known = this.slots.get(key)
    if (known) return known
    if (this.slots.size >= this.maxSeries && values.some(v => v !== other)) return this.slot(this.labelNames.map(() => other))
    const labels = Object.fromEntries(this.labelNames.map((name, i) => [name, values[i]]))
    const slot = { labels, value: 0, count: 0, buckets: new Array<number>(this.buckets).fill(0) }
    this.slots.set(key, slot)
    return slot
  }
}
const other = 'other'

export class Counter extends Instrument {
  constructor(name: string, help: string, labelNames: readonly string[], maxSeries: number) {
    super(name, help, labelNames, maxSeries, 0)
  }
  add(n: number, ...labels: readonly string[]): void {
    this.slot(labels).value += n
  }
  get family(): MetricFamily {
    const series = [...this.slots.values()].map(({ labels, value }) => ({ labels, value }))
    return { name: this.name, help: this.help, type: 'counter', series }
  }
}

export class Histogram extends Instrument {
  constructor(
    name: string,
    help: string,
    labelNames: readonly string[],
    maxSeries: number,
    private readonly bounds: readonly number[],
  ) {
    super(name, help, labelNames, maxSeries, bounds.length + 1)
  }
  observe(value: number, ...labels: readonly string[]): void {
    const slot = this.slot(labels)
    let i = 0
    while (i < this.bounds.length && value > this.bounds[i]) i++
    slot.buckets[i]++
    slot.value += value
    slot.count++
  }
  get family(): MetricFamily {
    const series = [...this.slots.values()].map(({ labels, value, count, buckets }) => ({ labels, value, count, buckets: [...buckets] }))
    return { name: this.name, help: this.help, type: 'histogram', bounds: this.bounds, series }
  }
}
