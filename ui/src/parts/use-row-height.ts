/** The row height that the tokens give, in px: it follows density and coarse pointers. */
import { useLayoutEffect, useState } from 'react'
import { usePrefs } from '../app/app.js'

const TWO_LINES = 46

export function useRowHeight(token: '--row' | '--row-dense', twoLines: boolean): number {
  const density = usePrefs(prefs => prefs.density)
  const [height, setHeight] = useState(() => measure(token))
  // biome rules aside: density changes the token's value, so it is what this depends on.
  useLayoutEffect(() => {
    const read = () => setHeight(measure(token))
    if (density) read()
    const coarse = matchMedia('(pointer: coarse)')
    coarse.addEventListener('change', read)
    return () => coarse.removeEventListener('change', read)
  }, [token, density])
  return twoLines ? TWO_LINES : height
}

function measure(token: string): number {
  const root = getComputedStyle(document.documentElement)
  const value = Number.parseFloat(root.getPropertyValue(token)) || 1.75
  return value * Number.parseFloat(root.fontSize)
}
