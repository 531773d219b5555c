/** Draws the bars of the rows in sight on one canvas. */
import type { RequestRow, WireRow } from '../session/wire-protocol.js'
import { phasesOf } from './phases.js'
import { type Axis, endOf } from './time-axis.js'
import type { Colours } from './tokens.js'

const BAR = 10
const THIN = 4
const STOP = 14

export interface WaterfallInput {
  rows: readonly WireRow[]
  axis: Axis
  shared: boolean
  now: number
  /** Where row 0 of `rows` begins, and how tall rows are. */
  top: number
  rowHeight: number
  width: number
  height: number
  colours: Colours
}

export function drawWaterfall(context: CanvasRenderingContext2D, input: WaterfallInput): void {
  const { rows, axis, shared, top, rowHeight, width, height, colours } = input
  context.fillStyle = colours.line
  for (const { at } of axis.ticks) context.fillRect(Math.round(at * width), 0, 1, height)
  rows.forEach((row, index) => {
    const middle = top + index * rowHeight + rowHeight / 2
    if (middle < -rowHeight || middle > height + rowHeight) return
    const start = shared ? row.startedAt - axis.from : 0
    const scale = { start, perMs: width / axis.spanMs }
    if (row.is === 'request') drawRequest(context, row, middle, scale, input)
    else drawDial(context, row, middle, scale, input)
  })
}

interface Scale {
  start: number
  perMs: number
}

function drawRequest(
  context: CanvasRenderingContext2D,
  row: RequestRow,
  middle: number,
  { start, perMs }: Scale,
  { colours, now }: WaterfallInput,
): void {
  const hue = colours[row.family]
  const x = (ms: number) => (start + ms) * perMs
  for (const { kind, at, ms } of phasesOf(row)) {
    if (ms <= 0) continue
    const left = x(at)
    const size = Math.max(1, ms * perMs)
    if (kind === 'queued') dotted(context, left, middle, size, colours.text3)
    else if (kind === 'parked') dashed(context, left, middle, size, hue)
    else {
      context.globalAlpha = kind === 'wait' ? 0.55 : 1
      context.fillStyle = kind === 'write' ? colours.text2 : hue
      context.fillRect(left, middle - BAR / 2, size, BAR)
      context.globalAlpha = 1
    }
  }
  if (row.totalMs === null) {
    const left = x(row.queueMs + row.writeMs)
    const size = Math.max(2, (endOf(row, now) - row.startedAt) * perMs - left + start * perMs)
    if (row.status.is === 'in flight' && row.status.mayPark) dashed(context, left, middle, size, hue)
    else {
      context.globalAlpha = 0.55
      context.fillStyle = hue
      context.fillRect(left, middle - BAR / 2, size, BAR)
      context.globalAlpha = 1
    }
  }
  if (row.status.is === 'kafka' || row.status.is === 'failed') stop(context, x(row.queueMs + (row.totalMs ?? 0)), middle, colours.err)
}

function drawDial(
  context: CanvasRenderingContext2D,
  row: Exclude<WireRow, RequestRow>,
  middle: number,
  { start, perMs }: Scale,
  { colours }: WaterfallInput,
): void {
  context.fillStyle = colours.aut
  context.fillRect(start * perMs, middle - BAR / 2, Math.max(1, row.dialMs * perMs), BAR)
  context.globalAlpha = 0.55
  context.fillRect((start + row.dialMs) * perMs, middle - BAR / 2, Math.max(0, (row.totalMs - row.dialMs) * perMs), BAR)
  context.globalAlpha = 1
  if (row.error) stop(context, (start + row.totalMs) * perMs, middle, colours.err)
}

function dotted(context: CanvasRenderingContext2D, left: number, middle: number, size: number, colour: string): void {
  context.fillStyle = colour
  for (let at = 0; at < size; at += 4) context.fillRect(left + at, middle - THIN / 2, Math.min(2, size - at), THIN)
}

/** Long polls: an outline, since it is no latency. Open to the right, where the answer stands. */
function dashed(context: CanvasRenderingContext2D, left: number, middle: number, size: number, colour: string): void {
  context.strokeStyle = colour
  context.globalAlpha = 0.8
  context.setLineDash([3, 2])
  context.beginPath()
  context.moveTo(left + size, middle - BAR / 2 + 0.5)
  context.lineTo(left + 0.5, middle - BAR / 2 + 0.5)
  context.lineTo(left + 0.5, middle + BAR / 2 - 0.5)
  context.lineTo(left + size, middle + BAR / 2 - 0.5)
  context.stroke()
  context.setLineDash([])
  context.globalAlpha = 1
}

function stop(context: CanvasRenderingContext2D, at: number, middle: number, colour: string): void {
  context.fillStyle = colour
  context.fillRect(at, middle - STOP / 2, 2, STOP)
}
