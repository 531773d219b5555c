/** Wire says the number of errors to those who listen, and nothing else: requests are too many to be read. */
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { App } from '../app/app.js'
import { plural } from '../format/numbers.js'
import type { Wire } from './wire.js'

const EVERY_MS = 1_000

export function useAnnouncedErrors(app: App, wire: Wire): void {
  const errors = useStore(wire.store, state => state.snapshot?.counts.errors ?? 0)
  const said = useRef(errors)
  useEffect(() => {
    if (errors <= said.current) {
      said.current = errors
      return
    }
    const timer = setTimeout(() => {
      said.current = errors
      app.frame.announce(`Wire: ${plural(errors, 'error')}`)
    }, EVERY_MS)
    return () => clearTimeout(timer)
  }, [app, errors])
}
