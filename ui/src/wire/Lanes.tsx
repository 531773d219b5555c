/**
 * The overview: how busy each broker was. Ticks are grey, so that only errors (red, taller) and throttling (amber frame) speak; a pressed family
 * lends its hue to its ticks. Dragging, or the arrow keys, choose a span of time for the list.
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { usePrefs } from '../app/app.js'
import { clock } from '../format/time.js'
import type { ApiFamily, Lane } from '../session/wire-protocol.js'
import { useCanvas, useSize } from './canvas.js'
import { type Colours, useColours } from './tokens.js'
import type { Wire } from './wire.js'

const LANE = 13
const TICK = 8
/** CSS px of a bin: finer is not seen. */
const BIN = 2
const ERROR = 1
const THROTTLED = 2

interface Span {
  from: number
  to: number
}

const nothing = { from: 0, to: 1, lanes: [] as readonly Lane[] }

export function Lanes({ wire }: { wire: Wire }) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const { from, to, lanes } = useStore(wire.store, state => state.snapshot?.overview ?? nothing)
  const families = useStore(wire.store, state => state.query.families)
  const between = useStore(wire.store, state => state.query.between)
  const zone = usePrefs(prefs => prefs.zone)
  const colours = useColours()
  const { width } = useSize(box)
  const bins = Math.floor(width / BIN)
  const span = { from, to }
  useEffect(() => {
    wire.setLanes(bins > 0 ? { bins } : null)
    return () => wire.setLanes(null)
  }, [wire, bins])
  const height = Math.max(1, lanes.length) * LANE
  useCanvas(canvas, { width, height }, context => {
    for (const [index, lane] of lanes.entries()) drawLane(context, lane, index * LANE, width, families, colours)
  })
  const brush = useBrush(wire, span, width)
  const at = (ms: number) => `${(100 * (ms - from)) / (to - from)}%`
  const text = (ms: number) => clock(BigInt(Math.floor(ms)), zone)
  const errors = lanes.reduce((sum, lane) => sum + lane.marks.reduce((marks, mark) => marks + (mark & ERROR ? 1 : 0), 0), 0)
  const seconds = Math.round((to - from) / 1000)
  const label = `Requests of the last ${seconds} s on ${lanes.length} ${lanes.length === 1 ? 'broker' : 'brokers'}; ${errors} with errors`
  return (
    <div className="lanes p2" style={{ height: height + 5 }}>
      <div className="ll">
        {lanes.map(lane => (
          <div key={lane.broker}>{lane.broker >= 0 ? `broker ${lane.broker}` : 'seed'}</div>
        ))}
      </div>
      <div
        ref={box}
        className="lw"
        role="slider"
        tabIndex={0}
        aria-label={`${label}. Arrow keys choose a span of time, Escape lets go`}
        aria-valuemin={0}
        aria-valuemax={seconds}
        aria-valuenow={between ? Math.round((between.from - from) / 1000) : 0}
        aria-valuetext={between ? `${text(between.from)} to ${text(between.to)}` : 'all of it'}
        {...brush}
      >
        <canvas ref={canvas} />
        {between && <div className="brush" style={{ left: at(between.from), width: `calc(${at(between.to)} - ${at(between.from)})` }} />}
      </div>
    </div>
  )
}

function useBrush(wire: Wire, span: Span, width: number) {
  const start = useRef<number | null>(null)
  const timeAt = (event: PointerEvent<HTMLElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect()
    const share = Math.max(0, Math.min(1, (event.clientX - left) / Math.max(1, width)))
    return span.from + share * (span.to - span.from)
  }
  const choose = (a: number, b: number) => wire.choose({ from: Math.min(a, b), to: Math.max(a, b) }, span)
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return
      start.current = timeAt(event)
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (start.current !== null && Math.abs(timeAt(event) - start.current) > (span.to - span.from) / 200)
        choose(start.current, timeAt(event))
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      // A press without a drag lets go.
      if (start.current !== null && Math.abs(timeAt(event) - start.current) <= (span.to - span.from) / 200) wire.choose(null, span)
      start.current = null
    },
    onKeyDown(event: KeyboardEvent<HTMLElement>) {
      const next = stepped(event, wire.store.getState().query.between, span)
      if (next === undefined) return
      event.preventDefault()
      event.stopPropagation()
      wire.choose(next, span)
    },
  }
}

/** Arrows move the span by a tenth of itself, with Shift they widen it; the first one chooses the last tenth. */
function stepped(event: KeyboardEvent, between: Span | null, span: Span): Span | null | undefined {
  if (event.key === 'Escape') return between ? null : undefined
  const sign = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (sign === 0) return undefined
  const whole = span.to - span.from
  if (!between) return { from: span.to - whole / 10, to: span.to }
  const step = (sign * whole) / 40
  if (event.shiftKey) return { from: between.from, to: Math.max(between.from + whole / 100, Math.min(span.to, between.to + step)) }
  const size = between.to - between.from
  const from = Math.max(span.from, Math.min(span.to - size, between.from + step))
  return { from, to: from + size }
}

function drawLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  top: number,
  width: number,
  families: readonly ApiFamily[],
  colours: Colours,
): void {
  const bins = lane.counts.length
  const bin = width / bins
  const y = top + (LANE - TICK) / 2
  for (let i = 0; i < bins; i++) {
    if (lane.counts[i] === 0) continue
    const marked = lane.marked[i] > 0 && families.length > 0
    context.globalAlpha = Math.min(0.9, 0.4 + lane.counts[i] * 0.1)
    context.fillStyle = marked ? colours[families[0]] : colours.text3
    context.fillRect(i * bin, y, Math.max(1, bin), TICK)
  }
  context.globalAlpha = 1
  frames(context, lane, y, bin, colours)
  context.fillStyle = colours.err
  for (let i = 0; i < bins; i++) if (lane.marks[i] & ERROR) context.fillRect(i * bin, top + 1, 2, LANE - 2)
}

/** One frame around each run of throttled bins. */
function frames(context: CanvasRenderingContext2D, lane: Lane, y: number, bin: number, colours: Colours): void {
  context.strokeStyle = colours.warn
  for (let i = 0; i < lane.marks.length; i++) {
    if (!(lane.marks[i] & THROTTLED)) continue
    let end = i
    while (end + 1 < lane.marks.length && lane.marks[end + 1] & THROTTLED) end++
    context.strokeRect(i * bin + 0.5, y - 0.5, Math.max(3, (end - i + 1) * bin - 1), TICK + 1)
    i = end
  }
}
