/** The five figures as data: what each draws, on which scale, and how it says its values. */
import { bytes, bytesText, grouped, rounded } from '../format/numbers.js'
import { apiFamilies, type MetricsSnapshot } from '../session/wire-protocol.js'
import type { Colours } from '../wire/tokens.js'
import type { ChartInput, Line } from './chart.js'
import { extent, linear, logarithmic, mirrored, roundUp, type Scale, short } from './scale.js'

export interface FigureData {
  id: string
  title: string
  subtitle: string
  kind: ChartInput['kind']
  series: Line[]
  scale: Scale
  mark?: ChartInput['mark']
  /** A value of one series, with its unit; `detail` is added only to the latest. */
  format(value: number): string
  detail?: readonly string[]
  /** Nothing has happened in this range. */
  empty: boolean
}

const DASH = [5, 2]
const MARK = 0.8

export function figuresOf(snapshot: MetricsSnapshot, colours: Colours): FigureData[] {
  return [
    requests(snapshot, colours),
    latency(snapshot, colours),
    bytesFigure(snapshot, colours),
    batches(snapshot, colours),
    buffers(snapshot, colours),
  ]
}

/** Families by how busy they were, so that the largest area lies at the bottom; those without a request are left out. */
function requests({ series }: MetricsSnapshot, colours: Colours): FigureData {
  const perSecond = 1000 / series.sliceMs
  const used = apiFamilies
    .map((family, index) => ({ family, values: series.families[index].map(count => count * perSecond) }))
    .map(one => ({ ...one, sum: one.values.reduce((a, b) => a + b, 0) }))
    .filter(({ sum }) => sum > 0)
    .sort((a, b) => b.sum - a.sum)
  const totals = new Float64Array(series.slices)
  for (const { values } of used) for (let i = 0; i < totals.length; i++) totals[i] += values[i]
  return {
    id: 'requests',
    title: 'Requests',
    subtitle: 'per second, by API family',
    kind: 'stacked',
    series: used.map(({ family, values }) => ({ label: family.toUpperCase(), values, colour: colours[family] })),
    scale: linear(Math.max(1, extent([totals])?.[1] ?? 1)),
    format: value => rounded(value),
    empty: used.length === 0,
  }
}

function latency({ series }: MetricsSnapshot, colours: Colours): FigureData {
  const [least, most] = extent([series.p50, series.p90, series.p99]) ?? [1, 1000]
  return {
    id: 'latency',
    title: 'Latency',
    subtitle: 'ms, log scale, parked time left out',
    kind: 'lines',
    series: [
      { label: 'p50', values: series.p50, colour: colours.text2 },
      { label: 'p90', values: series.p90, colour: colours.accent, dash: DASH },
      { label: 'p99', values: series.p99, colour: colours.accent, width: 2 },
    ],
    scale: logarithmic(least, most),
    format: value => `${rounded(value)} ms`,
    empty: extent([series.p50]) === null,
  }
}

function bytesFigure({ series }: MetricsSnapshot, colours: Colours): FigureData {
  const perSecond = 1000 / series.sliceMs
  const received = series.bytesIn.map(value => value * perSecond)
  const sent = series.bytesOut.map(value => value * perSecond)
  const most = Math.max(1, extent([received, sent])?.[1] ?? 1)
  const { unit } = bytes(Math.round(roundUp(most)))
  const inUnit = (value: number) => short(value / 1000 ** steps.indexOf(unit))
  return {
    id: 'bytes',
    title: 'Bytes',
    subtitle: `${unit}/s, received above, sent below`,
    kind: 'mirrored',
    series: [
      { label: '↓ received', values: received, colour: colours.fet },
      { label: '↑ sent', values: sent, colour: colours.prd },
    ],
    scale: mirrored(most, inUnit),
    format: value => `${bytesText(Math.round(value))}/s`,
    empty: most <= 1,
  }
}

const steps = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

function batches({ series, ratios }: MetricsSnapshot, colours: Colours): FigureData {
  const ratio = (value: number | null) => (value === null ? '' : `${value.toFixed(2)} of its size`)
  const found = extent([series.fetched, series.produced])
  return {
    id: 'batches',
    title: 'Batches',
    subtitle: 'records per batch',
    kind: 'lines',
    series: [
      { label: 'fetched', values: series.fetched, colour: colours.fet },
      { label: 'produced', values: series.produced, colour: colours.prd, dash: DASH },
    ],
    scale: linear(found?.[1] ?? 1, short),
    format: value => rounded(value),
    detail: [ratio(ratios.fetched), ratio(ratios.produced)],
    empty: found === null,
  }
}

function buffers({ series, buffers: now }: MetricsSnapshot, colours: Colours): FigureData {
  return {
    id: 'buffers',
    title: 'Buffers',
    subtitle: 'of their limit; the dashed rule is at 80 %',
    kind: 'lines',
    series: [
      { label: 'fetch', values: series.fetchBuffer, colour: colours.fet },
      { label: 'produce', values: series.produceBuffer, colour: colours.prd, dash: DASH },
    ],
    scale: linear(1, value => `${Math.round(value * 100)}%`),
    mark: { value: MARK, colour: colours.warn },
    format: value => `${Math.round(value * 100)} %`,
    detail: [
      `${bytesText(now.fetchBytes)} of ${bytesText(now.fetchLimit)}`,
      `${grouped(now.produceRecords)} of ${grouped(now.produceLimit)} records`,
    ],
    empty: false,
  }
}

/** What a series stands at: over the last ten seconds, or in the slice under the cursor. */
export function valueAt({ values }: Line, cursor: number | null, sliceMs: number): number {
  if (cursor !== null) return values[cursor] ?? Number.NaN
  const slices = Math.max(1, Math.round(10_000 / sliceMs))
  let sum = 0
  let count = 0
  for (let i = Math.max(0, values.length - slices); i < values.length; i++) {
    if (Number.isNaN(values[i])) continue
    sum += values[i]
    count++
  }
  return count === 0 ? Number.NaN : sum / count
}
