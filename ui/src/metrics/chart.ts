/** Drawing of the figures on a canvas: areas, lines, gridlines, cursor. No chart library: five figures need four shapes. */
import type { Scale } from './scale.js'

export interface Line {
  label: string
  values: ArrayLike<number>
  colour: string
  dash?: readonly number[]
  width?: number
}

export interface ChartInput {
  kind: 'stacked' | 'lines' | 'mirrored'
  series: readonly Line[]
  scale: Scale
  slices: number
  /** Labels below: start, middle, end. */
  times: readonly string[]
  cursor: number | null
  /** A line across, as the 80 % mark of a buffer. */
  mark?: { value: number; colour: string }
  width: number
  height: number
  ink: { line: string; strong: string; text: string; font: string }
}

export const pad = { left: 38, right: 6, top: 8, bottom: 18 }

export function drawChart(context: CanvasRenderingContext2D, input: ChartInput): void {
  const { series, scale, slices, width, height, cursor, mark, ink } = input
  const plot = {
    x: pad.left,
    y: pad.top,
    width: Math.max(1, width - pad.left - pad.right),
    height: Math.max(1, height - pad.top - pad.bottom),
  }
  const x = (slice: number) => plot.x + (slices > 1 ? (slice / (slices - 1)) * plot.width : 0)
  const y = (value: number) => plot.y + (1 - Math.min(1, Math.max(0, scale.at(value)))) * plot.height
  drawAxes(context, input, plot, y)
  context.save()
  context.beginPath()
  context.rect(plot.x, plot.y - 1, plot.width + 1, plot.height + 2)
  context.clip()
  if (input.kind === 'stacked') drawStack(context, series, slices, x, y)
  else if (input.kind === 'mirrored')
    for (const [index, line] of series.entries()) drawArea(context, line, index === 0 ? 1 : -1, slices, x, y)
  else for (const line of series) drawLine(context, line, slices, x, y)
  if (mark) rule(context, plot.x, y(mark.value), plot.x + plot.width, y(mark.value), mark.colour, [3, 3])
  if (cursor !== null) rule(context, x(cursor), plot.y, x(cursor), plot.y + plot.height, ink.text, [2, 2])
  context.restore()
}

/** Which slice is under a place on the canvas. */
export function sliceAt(left: number, width: number, slices: number): number {
  const share = (left - pad.left) / Math.max(1, width - pad.left - pad.right)
  return Math.max(0, Math.min(slices - 1, Math.round(share * (slices - 1))))
}

interface Plot {
  x: number
  y: number
  width: number
  height: number
}
type Map1 = (value: number) => number

function drawAxes(context: CanvasRenderingContext2D, { scale, times, ink, height }: ChartInput, plot: Plot, y: Map1): void {
  context.font = `10px ${ink.font}`
  context.fillStyle = ink.text
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  for (const { value, label } of scale.ticks) {
    rule(context, plot.x, y(value), plot.x + plot.width, y(value), ink.line)
    context.fillText(label, plot.x - 5, y(value))
  }
  context.textBaseline = 'alphabetic'
  const aligns = ['left', 'center', 'right'] as const
  for (const [index, time] of times.entries()) {
    context.textAlign = aligns[index]
    context.fillText(time, plot.x + (plot.width * index) / 2, height - 3)
  }
}

function rule(
  context: CanvasRenderingContext2D,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  colour: string,
  dash: number[] = [],
): void {
  context.strokeStyle = colour
  context.lineWidth = 1
  context.setLineDash(dash)
  context.beginPath()
  context.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5)
  context.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5)
  context.stroke()
  context.setLineDash([])
}

function drawStack(context: CanvasRenderingContext2D, series: readonly Line[], slices: number, x: Map1, y: Map1): void {
  const base = new Float64Array(slices)
  for (const { values, colour } of series) {
    context.beginPath()
    for (let i = 0; i < slices; i++) context.lineTo(x(i), y(base[i] + (values[i] || 0)))
    for (let i = slices - 1; i >= 0; i--) context.lineTo(x(i), y(base[i]))
    context.closePath()
    fill(context, colour)
    for (let i = 0; i < slices; i++) base[i] += values[i] || 0
  }
}

function drawArea(context: CanvasRenderingContext2D, { values, colour }: Line, sign: 1 | -1, slices: number, x: Map1, y: Map1): void {
  context.beginPath()
  for (let i = 0; i < slices; i++) context.lineTo(x(i), y(sign * (values[i] || 0)))
  context.lineTo(x(slices - 1), y(0))
  context.lineTo(x(0), y(0))
  context.closePath()
  fill(context, colour)
}

function fill(context: CanvasRenderingContext2D, colour: string): void {
  context.globalAlpha = 0.65
  context.fillStyle = colour
  context.fill()
  context.globalAlpha = 1
}

/** A gap in the values is a gap in the line; a value alone is a dot. */
function drawLine(
  context: CanvasRenderingContext2D,
  { values, colour, dash = [], width = 1.4 }: Line,
  slices: number,
  x: Map1,
  y: Map1,
): void {
  context.strokeStyle = colour
  context.fillStyle = colour
  context.lineWidth = width
  context.lineJoin = 'round'
  context.setLineDash([...dash])
  context.beginPath()
  for (let i = 0; i < slices; i++) {
    const here = !Number.isNaN(values[i])
    const before = i > 0 && !Number.isNaN(values[i - 1])
    const after = i + 1 < slices && !Number.isNaN(values[i + 1])
    if (!here) continue
    if (!before && !after) context.fillRect(x(i) - 1.5, y(values[i]) - 1.5, 3, 3)
    else if (before) context.lineTo(x(i), y(values[i]))
    else context.moveTo(x(i), y(values[i]))
  }
  context.stroke()
  context.setLineDash([])
}
