/** One figure: its chart with axes, a legend with the values now or under the shared cursor, and the same as a table. */
import { type KeyboardEvent, type MouseEvent, useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { usePrefs } from '../app/app.js'
import { clock } from '../format/time.js'
import { Button } from '../parts/Button.js'
import type { MetricsSeries } from '../session/wire-protocol.js'
import { useCanvas, useSize } from '../wire/canvas.js'
import { type Colours, useColours } from '../wire/tokens.js'
import { drawChart, type Line, sliceAt } from './chart.js'
import { FigureTable } from './FigureTable.js'
import { type FigureData, valueAt } from './figures.js'
import type { MetricsFeed } from './metrics-feed.js'

export interface FigureProps {
  feed: MetricsFeed
  figure: FigureData
  series: MetricsSeries
  /** Opens Wire at a span of time. */
  onOpen(from: number, to: number): void
}

export function Figure({ feed, figure, series, onOpen }: FigureProps) {
  const [table, setTable] = useState(false)
  const title = useId()
  return (
    <figure className="fig" aria-labelledby={title}>
      <figcaption>
        <span id={title} className="b">
          {figure.title}
        </span>
        <span className="t2 ell">{figure.subtitle}</span>
        <span className="grow" />
        <Button kind="bare" small icon="columns" pressed={table} label={`${figure.title} as table`} onPress={() => setTable(!table)} />
      </figcaption>
      {table ? <FigureTable figure={figure} series={series} /> : <Chart feed={feed} figure={figure} series={series} onOpen={onOpen} />}
      <Legend feed={feed} figure={figure} series={series} />
    </figure>
  )
}

function Chart({ feed, figure, series, onOpen }: FigureProps) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const cursor = useStore(feed.store, state => state.cursor)
  const zone = usePrefs(prefs => prefs.zone)
  const colours = useColours()
  const size = useSize(box)
  const { slices, sliceMs, from } = series
  const timeOf = (slice: number) => clock(BigInt(Math.floor(from + slice * sliceMs)), zone)
  useCanvas(canvas, size, context =>
    drawChart(context, {
      ...figure,
      ...size,
      slices,
      cursor,
      times: [0, Math.floor(slices / 2), slices].map(slice => timeOf(slice).slice(0, 5)),
      ink: inkOf(colours),
    }),
  )
  const under = (event: MouseEvent<HTMLElement>) =>
    sliceAt(event.clientX - event.currentTarget.getBoundingClientRect().left, size.width, slices)
  const open = (slice: number) => onOpen(from + slice * sliceMs, from + (slice + 1) * sliceMs)
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { cursor: at } = feed.store.getState()
    const now = at ?? slices - 1
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: slices - 1, PageUp: now - 10, PageDown: now + 10 }[event.key]
    if (to !== undefined) feed.setCursor(Math.max(0, Math.min(slices - 1, to)))
    else if (event.key === 'Enter' && at !== null) open(at)
    else if (event.key === 'Escape' && at !== null) feed.setCursor(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const values = figure.series.map(line => `${line.label} ${valueText(figure, valueAt(line, cursor, sliceMs))}`).join(', ')
  return (
    <div
      ref={box}
      className="chart"
      role="slider"
      tabIndex={0}
      aria-label={`${figure.title}, ${figure.subtitle}. Arrow keys move through time, Enter opens Wire there`}
      aria-valuemin={0}
      aria-valuemax={slices - 1}
      aria-valuenow={cursor ?? slices - 1}
      aria-valuetext={`${cursor === null ? 'now' : timeOf(cursor)}: ${figure.empty ? 'no data yet' : values}`}
      onKeyDown={onKeyDown}
      onPointerMove={event => feed.setCursor(under(event))}
      onPointerLeave={() => feed.setCursor(null)}
      onClick={event => open(under(event))}
    >
      <canvas ref={canvas} />
      {figure.empty && <span className="nodata t3">no data yet</span>}
    </div>
  )
}

const inkOf = ({ line, lineStrong, text3, sans }: Colours) => ({ line, strong: lineStrong, text: text3, font: sans })

export const valueText = ({ format }: FigureData, value: number): string => (Number.isNaN(value) ? '–' : format(value))

function Legend({ feed, figure, series }: Omit<FigureProps, 'onOpen'>) {
  const cursor = useStore(feed.store, state => state.cursor)
  const zone = usePrefs(prefs => prefs.zone)
  return (
    <div className="leg">
      {figure.series.map((line, index) => (
        <span key={line.label}>
          <Swatch line={line} />
          {line.label} <b>{valueText(figure, valueAt(line, cursor, series.sliceMs))}</b>
          {cursor === null && figure.detail?.[index] && <span className="t3"> {figure.detail[index]}</span>}
        </span>
      ))}
      {figure.series.length === 0 && <span className="t3">no requests in this range</span>}
      {cursor !== null && (
        <span className="t3 at">{clock(BigInt(Math.floor(series.from + cursor * series.sliceMs)), zone).slice(0, 8)}</span>
      )}
    </div>
  )
}

/** Series differ by dash as well as by hue. */
function Swatch({ line: { colour, dash } }: { line: Line }) {
  const background = dash ? `repeating-linear-gradient(90deg, ${colour} 0 5px, transparent 5px 7px)` : colour
  return <i style={{ background }} aria-hidden="true" />
}
