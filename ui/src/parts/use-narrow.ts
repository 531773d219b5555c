/** True while the element is narrower than the two-line form's border. */
import { type RefObject, useLayoutEffect, useState } from 'react'

export const NARROW = 660

export function useNarrow(element: RefObject<HTMLElement | null>): boolean {
  const [narrow, setNarrow] = useState(false)
  useLayoutEffect(() => {
    if (!element.current) return
    setNarrow(element.current.clientWidth <= NARROW)
    const observer = new ResizeObserver(([entry]) => setNarrow(entry.contentRect.width <= NARROW))
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return narrow
}
