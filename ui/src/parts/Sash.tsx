/** A line that splits two regions: dragged, or moved with arrow keys by 8 px; Home and End are the limits, a double click resets. */
import type { CSSProperties, KeyboardEvent, PointerEvent } from 'react'

export interface SashProps {
  label: string
  /** `horizontal`: a lying line that moves up and down. */
  orientation: 'horizontal' | 'vertical'
  /** The size of the region that the sash belongs to, in px. */
  value: number
  min: number
  max: number
  initial: number
  /** The region lies after the sash: dragging towards it makes it smaller. */
  after?: boolean
  onChange(value: number): void
  className?: string
  style?: CSSProperties
}

export function Sash({ label, orientation, value, min, max, initial, after, onChange, className = 'sash1', style }: SashProps) {
  const lying = orientation === 'horizontal'
  const sign = after ? -1 : 1
  const set = (next: number) => onChange(Math.round(Math.min(max, Math.max(min, next))))
  const onKeyDown = (event: KeyboardEvent) => {
    const [less, more] = lying ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight']
    if (event.key === more) set(value + 8 * sign)
    else if (event.key === less) set(value - 8 * sign)
    else if (event.key === 'Home') set(min)
    else if (event.key === 'End') set(max)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return
    event.preventDefault()
    const target = event.currentTarget
    const start = lying ? event.clientY : event.clientX
    target.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => set(value + ((lying ? moved.clientY : moved.clientX) - start) * sign)
    const up = () => {
      target.removeEventListener('pointermove', move)
      target.removeEventListener('pointerup', up)
      target.removeEventListener('pointercancel', up)
    }
    target.addEventListener('pointermove', move)
    target.addEventListener('pointerup', up)
    target.addEventListener('pointercancel', up)
  }
  return (
    <hr
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(value)}
      aria-valuemin={min}
      aria-valuemax={Math.round(max)}
      className={className}
      style={style}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onDoubleClick={() => set(initial)}
    />
  )
}
