/** Many lines of one height in a box that scrolls: only those in sight are in the page. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, type ReactNode, type Ref, useImperativeHandle, useRef } from 'react'

export interface LinesHandle {
  scrollTo(line: number): void
}

export interface VirtualLinesProps {
  count: number
  /** px. */
  height: number
  className: string
  label: string
  role?: 'group' | 'tree'
  /** The id of the line that is active in a tree. */
  active?: string
  line(index: number): ReactNode
  onKeyDown?(event: KeyboardEvent<HTMLElement>): void
  /** A line was pressed, once or twice. */
  onPress?(index: number, twice: boolean): void
  ref?: Ref<LinesHandle>
}

/** Up to this many lines are simply there: find in page and copying across lines work as everywhere. */
const PLAIN = 200

export function VirtualLines({
  count,
  height,
  className,
  label,
  role = 'group',
  active,
  line,
  onKeyDown,
  onPress,
  ref,
}: VirtualLinesProps) {
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 12,
    enabled: count > PLAIN,
  })
  useImperativeHandle(ref, () => ({
    scrollTo: index => {
      if (count > PLAIN) virtual.scrollToIndex(index, { align: 'auto' })
      else box.current?.querySelector(`[data-line="${index}"]`)?.scrollIntoView({ block: 'nearest' })
    },
  }))
  const all = count <= PLAIN ? Array.from({ length: count }, (_, index) => index) : null
  const press = (twice: boolean) => (event: MouseEvent<HTMLElement>) => {
    const hit = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-line]') : null
    if (hit) onPress?.(Number(hit.dataset.line), twice)
  }
  const widget = {
    role,
    'aria-label': label,
    'aria-activedescendant': active,
    tabIndex: 0,
    onKeyDown,
    onClick: press(false),
    onDoubleClick: press(true),
  }
  return (
    <div ref={box} className={className} {...widget}>
      {all ? (
        all.map(index => (
          <div key={index} data-line={index}>
            {line(index)}
          </div>
        ))
      ) : (
        <div className="vsize" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(item => (
            <div key={item.key} data-line={item.index} className="vrow" style={{ transform: `translateY(${item.start}px)` }}>
              {line(item.index)}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
