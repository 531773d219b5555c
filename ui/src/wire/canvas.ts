/** A canvas as large as its box, in device pixels, drawn when what it shows changes. */
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'

export interface Size {
  width: number
  height: number
}

/** The element's size in CSS px, followed. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    if (!element.current) return
    const observer = new ResizeObserver(([{ contentRect }]) => setSize({ width: contentRect.width, height: contentRect.height }))
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return size
}

/** Draws in the next frame after each render whose inputs changed; several changes in a frame are one drawing. */
export function useCanvas(
  canvas: RefObject<HTMLCanvasElement | null>,
  size: Size,
  draw: (context: CanvasRenderingContext2D) => void,
): () => void {
  const latest = useRef(draw)
  latest.current = draw
  const frame = useRef(0)
  const redraw = useRef(() => {
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(() => {
      const context = canvas.current?.getContext('2d')
      if (context && canvas.current) paint(canvas.current, context, latest.current)
    })
  }).current
  useLayoutEffect(() => {
    if (!canvas.current) return
    canvas.current.style.width = `${size.width}px`
    canvas.current.style.height = `${size.height}px`
    redraw()
  }, [canvas, size.width, size.height, redraw])
  useEffect(redraw)
  useEffect(() => () => cancelAnimationFrame(frame.current), [])
  return redraw
}

function paint(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, draw: (context: CanvasRenderingContext2D) => void): void {
  const ratio = devicePixelRatio || 1
  const width = Math.round(canvas.clientWidth * ratio)
  const height = Math.round(canvas.clientHeight * ratio)
  // Setting a canvas's size clears it, and costs: only when it changed.
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight)
  draw(context)
}
