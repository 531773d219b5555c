/** `recycle`: as `consume`, and what was polled is given back to the client where it can take it. */
export type Scenario = 'produce' | 'send' | 'sequential' | 'consume' | 'recycle' | 'iterate'
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** What contestants race at: a row of the table. */
export interface Measure {
  name: string
  scenario: Scenario
  size: number
  count: number
  /** Records before the measured ones, by the same client to the same topic. */
  warmCount: number
  compression: Compression
  /** CPU us per record, or the median time of one record, us. */
  unit: 'cpu' | 'p50'
  /** At most so many times franz-go's figure: to be reached, and what we are out for. */
  floor: number
  goal: number
}

const of = (name: string, scenario: Scenario, floor: number, goal: number, rest: Partial<Measure> = {}): Measure => ({
  name,
  scenario,
  size: 100,
  count: 1_000_000,
  warmCount: 500_000,
  compression: 'none',
  unit: 'cpu',
  floor,
  goal,
  ...rest,
})
const large = { size: 1000, count: 400_000, warmCount: 200_000 }

export const measures: readonly Measure[] = [
  of('produce 100 B', 'produce', 1.5, 1.25),
  of('produce 100 B, lz4', 'produce', 1.5, 1.25, { compression: 'lz4' }),
  of('produce 1 kB', 'produce', 1.5, 1.25, large),
  of('send 100 B, a promise each, 10,000 open', 'send', 2, 1.5),
  of('send one at a time, 100 B, p50', 'sequential', 1.3, 1.1, { count: 10_000, warmCount: 5000, unit: 'p50' }),
  of('consume 100 B by polls', 'consume', 1.5, 1.25),
  of('consume 100 B by polls, lz4', 'consume', 1.5, 1.25, { compression: 'lz4' }),
  of('consume 100 B by polls, lz4, recycled', 'recycle', 1.5, 1.25, { compression: 'lz4' }),
  of('consume 100 B by for await', 'iterate', 3, 2),
  of('consume 1 kB by polls', 'consume', 1.8, 1.4, large),
  of('consume 1 kB by polls, recycled', 'recycle', 1.8, 1.4, large),
]

/** Consuming may cost the decompression alone and so many times what it costs without. */
export const codecFloor = 1.3
export const codecs = ['zstd', 'gzip', 'snappy'] as const
