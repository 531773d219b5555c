/** The record that the URL opens: found among the rows, or read on its own and put among them. */
import { type RefObject, useEffect, useMemo, useRef } from 'react'
import { useApp } from '../app/app.js'
import type { GridHandle } from '../parts/Grid.js'
import type { RecordRow } from '../session/protocol.js'
import { SCAN_VALUE_BYTES } from '../session/protocol.js'
import { rowId } from './order.js'
import type { Scan } from './scan.js'

export interface OpenedOptions {
  scan: Scan
  rows: readonly RecordRow[]
  topics: readonly string[]
  /** `partition:offset`, or `topic:partition:offset`. */
  open: string
  /** The scan is over: what it did not bring, it will not. */
  ended: boolean
  grid: RefObject<GridHandle | null>
}

interface Target {
  topic: string
  partition: number
  offset: bigint
}

function targetOf(open: string, topics: readonly string[]): Target | null {
  const match = /^(?:(.+):)?(\d{1,9}):(\d{1,19})$/.exec(open)
  const topic = match?.[1] ?? topics[0]
  if (!match || topic === undefined || !topics.includes(topic)) return null
  return { topic, partition: Number(match[2]), offset: BigInt(match[3]) }
}

export function useOpened({ scan, rows, topics, open, ended, grid }: OpenedOptions): { id: string | null } {
  const app = useApp()
  const named = topics.join(' ')
  const target = useMemo(() => targetOf(open, named.split(' ')), [open, named])
  const id = target && rowId(target)
  const here = id !== null && rows.some(row => rowId(row) === id)
  const asked = useRef('')
  const shown = useRef('')

  useEffect(() => {
    if (!target || !id || here || !ended || asked.current === id) return
    asked.current = id
    const { topic, partition, offset } = target
    // Twice what a scan sends of a value leaves room for key and headers; more is read when the record asks for it.
    app.session.call('records.read', { topic, partition, offset, maxBytes: SCAN_VALUE_BYTES * 4 }, { view: `${topic} record` }).then(
      row =>
        row
          ? scan.insert(row)
          : app.frame.toast({ tone: 'err', text: `Offset ${offset} of partition ${partition} is not in the log`, action: null }),
      () => app.frame.toast({ tone: 'err', text: `Offset ${offset} of partition ${partition} was not read`, action: null }),
    )
  }, [app, scan, target, id, here, ended])

  useEffect(() => {
    if (!here || !id || shown.current === id) return
    shown.current = id
    requestAnimationFrame(() => grid.current?.scrollTo(id))
  }, [here, id, grid])

  return { id: here ? id : null }
}
