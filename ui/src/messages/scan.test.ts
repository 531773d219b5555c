import { describe, expect, test } from 'vitest'
import { LIVE_ROWS, type RecordRow, type ScanEvent, type ScanParams, type ScanProgress } from '../session/protocol.js'
import type { Session, StreamHandlers } from '../session/session.js'
import { comparing, merge, rowId } from './order.js'
import { PAGE_BYTES, Scan } from './scan.js'

const row = (partition: number, offset: bigint, timestamp: bigint, bytes = 10) =>
  ({ topic: 't', partition, offset, timestamp, key: null, keySize: -1, value: new Uint8Array(bytes), valueSize: bytes }) as RecordRow

const progress: ScanProgress = { scanned: 0, matched: 0, shown: 0, dropped: 0, bytes: 0, elapsedMs: 0, backTo: null, partitions: [] }
const newest: ScanParams = {
  topics: [{ topic: 't', partitions: null }],
  from: { at: 'newest' },
  follow: false,
  limit: 100,
  filter: '',
  controlRecords: false,
  isolation: 'read_uncommitted',
}
const live: ScanParams = { ...newest, from: { at: 'live' }, follow: true }

/** A session whose only stream is driven by the test. */
function driven() {
  const asked: ScanParams[] = []
  const commands: string[] = []
  let handlers: StreamHandlers<'scan'> | undefined
  const session = {
    subscribe: (_: string, params: ScanParams, given: StreamHandlers<'scan'>) => {
      asked.push(params)
      handlers = given
      return { command: (command: string) => commands.push(command), close: () => commands.push('close') }
    },
  } as unknown as Session
  const scan = new Scan(session, 'test')
  const rows = (...given: RecordRow[]) => handlers?.event({ is: 'rows', rows: given, progress })
  const end = (event: Partial<Extract<ScanEvent, { is: 'ended' }>>) =>
    handlers?.event({ is: 'ended', reason: 'end', progress, fault: null, next: [], ...event })
  const shown = () => scan.store.getState().rows.map(rowId)
  return { scan, asked, commands, rows, end, shown, state: () => scan.store.getState() }
}

describe('rows', () => {
  test('are shown newest first across partitions, whatever order they came in', () => {
    const { scan, rows, shown } = driven()
    scan.start(newest, 'newest')
    rows(row(0, 5n, 100n), row(1, 9n, 300n))
    rows(row(2, 1n, 200n), row(0, 6n, 100n))
    expect(shown()).toEqual(['t:1:9', 't:2:1', 't:0:6', 't:0:5'])
  })

  test('that come twice are shown once', () => {
    const { scan, rows, shown } = driven()
    scan.start(newest, 'newest')
    rows(row(0, 5n, 100n))
    rows(row(0, 5n, 100n), row(0, 6n, 101n))
    expect(shown()).toEqual(['t:0:6', 't:0:5'])
  })

  test('can be sorted another way without reading again', () => {
    const { scan, rows, shown, asked } = driven()
    scan.start(newest, 'newest')
    rows(row(1, 1n, 5n), row(0, 2n, 9n), row(0, 1n, 7n))
    scan.sort('place')
    expect(shown()).toEqual(['t:0:1', 't:0:2', 't:1:1'])
    expect(asked).toHaveLength(1)
  })

  test('merging two sorted runs is sorting them together', () => {
    const compare = comparing('newest')
    const a = [row(0, 3n, 30n), row(0, 1n, 10n)]
    const b = [row(1, 3n, 40n), row(1, 2n, 20n)]
    expect(merge(a, b, compare)).toEqual([...a, ...b].sort(compare))
  })
})

describe('stopping', () => {
  test('keeps every row, and going on starts where it stopped', () => {
    const { scan, rows, end, shown, asked, state } = driven()
    scan.start({ ...newest, from: { at: 'oldest' } }, 'oldest')
    rows(row(0, 0n, 1n))
    end({ reason: 'stopped', next: [{ topic: 't', partition: 0, offset: 1n }] })
    expect(state()).toMatchObject({ phase: 'ended', end: 'stopped' })
    scan.goOn()
    expect(asked[1].from).toEqual({ at: 'positions', positions: [{ topic: 't', partition: 0, offset: 1n }] })
    rows(row(0, 1n, 2n))
    expect(shown()).toEqual(['t:0:0', 't:0:1'])
    expect(state().resumed).toBe(true)
  })

  test('a live scan that goes on still follows', () => {
    const { scan, end, asked } = driven()
    scan.start(live, 'newest')
    end({ reason: 'stopped', next: [{ topic: 't', partition: 0, offset: 7n }] })
    scan.goOn()
    expect(asked[1]).toMatchObject({ follow: true, from: { at: 'positions' } })
  })

  test('a new start closes the one before it', () => {
    const { scan, commands } = driven()
    scan.start(newest, 'newest')
    scan.start(newest, 'newest')
    expect(commands).toEqual(['close'])
  })
})

describe('memory', () => {
  test('a live scan keeps the newest 5,000 rows and counts what it let go', () => {
    const { scan, rows, state } = driven()
    scan.start(live, 'newest')
    for (let at = 0; at < 6; at++)
      rows(...Array.from({ length: 1000 }, (_, index) => row(0, BigInt(at * 1000 + index), BigInt(at * 1000 + index))))
    expect(state().rows).toHaveLength(LIVE_ROWS)
    expect(state().evicted).toBe(1000)
    expect(rowId(state().rows[0])).toBe('t:0:5999')
    expect(scan.row('t:0:0')).toBeUndefined()
  })

  test('large values count: a live scan lets go of rows by their bytes, another one stops', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => row(0, BigInt(index), BigInt(index), 65_536))
    const following = driven()
    following.scan.start(live, 'newest')
    following.rows(...many(1200))
    expect(following.state().rows.length).toBeLessThanOrEqual(PAGE_BYTES / 65_536)
    expect(following.state().evicted).toBeGreaterThan(200)

    const reading = driven()
    reading.scan.start(newest, 'newest')
    reading.rows(...many(1200))
    expect(reading.commands).toEqual(['stop'])
    reading.end({ reason: 'stopped' })
    expect(reading.state()).toMatchObject({ end: 'full', phase: 'ended' })
    expect(reading.state().rows).toHaveLength(1200)
  })
})

describe('holding', () => {
  test('live rows wait while the reader looks, and come when released', () => {
    const { scan, rows, shown, state } = driven()
    scan.start(live, 'newest')
    rows(row(0, 1n, 1n))
    scan.hold(true)
    rows(row(0, 2n, 2n), row(0, 3n, 3n))
    expect(shown()).toEqual(['t:0:1'])
    expect(state().held).toBe(2)
    scan.hold(false)
    expect(shown()).toEqual(['t:0:3', 't:0:2', 't:0:1'])
    expect(state().held).toBe(0)
  })

  test('what is held is bounded too', () => {
    const { scan, rows, state } = driven()
    scan.start(live, 'newest')
    scan.hold(true)
    rows(...Array.from({ length: LIVE_ROWS + 10 }, (_, at) => row(0, BigInt(at), BigInt(at))))
    expect(state()).toMatchObject({ held: LIVE_ROWS, evicted: 10 })
  })

  test('a record that the reader asked for is shown at once', () => {
    const { scan, shown } = driven()
    scan.start(live, 'newest')
    scan.hold(true)
    scan.insert(row(3, 9n, 5n))
    expect(shown()).toEqual(['t:3:9'])
  })
})
