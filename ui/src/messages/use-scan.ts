/** Ties the scan of a view to its query: a change reads anew, coming back to what was read does not. */
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { useApp, useConnection } from '../app/app.js'
import { type MessagesQuery, orderOf, scanKey, scanParams } from './query.js'
import type { Scan, ScanState } from './scan.js'
import { scanOf } from './scans.js'

const SETTLE_MS = 120
/** A filter is typed letter by letter. */
const TYPING_MS = 350

export interface ScanView {
  scan: Scan
  state: ScanState
  /** Reads the same again. */
  again(): void
}

export function useScan(view: string, topics: readonly string[], query: MessagesQuery): ScanView {
  const app = useApp()
  const scan = scanOf(app.session, view)
  const state = useStore(scan.store)
  const connected = useConnection(connection => connection.status.state === 'connected')
  const params = scanParams(topics, query)
  const order = orderOf(query)
  const key = params ? scanKey(params) : null
  // The effect runs when the key changes; what it starts is taken from here then.
  const latest = useRef({ params, order, filter: query.f })
  latest.current = { params, order, filter: query.f }
  const shownFilter = useRef(query.f)

  useEffect(() => {
    const { params, order, filter } = latest.current
    if (!params || key === null || !connected) return
    const { params: before, phase } = scan.store.getState()
    // A scan that went on from where it stopped has other params; it still answers this query.
    if (before && phase !== 'idle' && scan.asked === key) return
    const wait = shownFilter.current === filter ? (before ? SETTLE_MS : 0) : TYPING_MS
    shownFilter.current = filter
    const timer = setTimeout(() => scan.start(params, order, { key }), wait)
    return () => clearTimeout(timer)
  }, [scan, key, connected])

  useEffect(() => {
    if (scan.store.getState().order !== order) scan.sort(order)
  }, [scan, order])

  return { scan, state, again: () => params && key !== null && scan.start(params, order, { key }) }
}
