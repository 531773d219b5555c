import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RecordRow, ScanCommand, ScanEvent, ScanParams } from '../protocol.js'
import type { StreamContext } from '../serve-port.js'
import { type FakeCluster, type FakeRecord, fakeCluster } from '../testing/fake-reader.js'
import { runScan } from './run.js'
import { laneOf } from './time-merge.js'

const TOPIC = 'orders'
const params = (change: Partial<ScanParams> = {}): ScanParams => ({
  topics: [{ topic: TOPIC, partitions: null }],
  from: { at: 'newest' },
  follow: false,
  limit: 10,
  filter: '',
  controlRecords: false,
  isolation: 'read_uncommitted',
  ...change,
})

type Ended = Extract<ScanEvent, { is: 'ended' }>

/** A page that takes every event at once, unless it is told to hold its credit. */
function page(cluster: FakeCluster, wanted: ScanParams, { holds = false } = {}) {
  const abort = new AbortController()
  const rows: RecordRow[] = []
  const events: ScanEvent[] = []
  let release: () => void = () => {}
  const held = holds ? new Promise<void>(resolve => (release = () => resolve())) : Promise.resolve()
  const context: StreamContext<'scan'> = {
    origin: { view: 'messages' },
    signal: abort.signal,
    onCommand: null,
    send: event => {
      events.push(event)
      if (event.is === 'rows') rows.push(...event.rows)
    },
    ready: () => held,
  }
  const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms > 0 ? 1 : 0))
  const env = { client: cluster.client, openReader: cluster.openReader, initiator: 'messages', now: () => performance.now(), sleep }
  const done = runScan(wanted, context, env)
  const ended = async (): Promise<Ended> => {
    await done
    return events.at(-1) as Ended
  }
  const command = (name: ScanCommand) => context.onCommand?.(name)
  return { rows, events, ended, command, release, abort: () => abort.abort(), done }
}

const log = (times: readonly number[], firstOffset = 0): FakeRecord[] =>
  times.map((timestamp, i) => ({ offset: firstOffset + i, timestamp }))
const places = (rows: readonly RecordRow[]) => rows.map(row => `${row.partition}:${row.offset}`)
/** Long enough for what must not come. */
const settle = () => new Promise(resolve => setTimeout(resolve, 30))
const until = async (check: () => boolean) => {
  for (let i = 0; i < 2_000 && !check(); i++) await new Promise(resolve => setTimeout(resolve, 5))
  expect(check()).toBe(true)
}

/** Times that never go back, with gaps between offsets as compaction leaves them. */
const gappedLog = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 3 }), ms: fc.integer({ min: 0, max: 3 }) }), { maxLength: 60 })
  .map(steps => {
    let offset = 4
    let timestamp = 1_000
    return steps.map(step => ({ offset: (offset += step.gap), timestamp: (timestamp += step.ms) }))
  })

describe('a bounded scan', () => {
  test('newest and oldest give what sorting everything would, across gaps, and touch each record once', async () => {
    const sides = fc.constantFrom<'newest' | 'oldest'>('newest', 'oldest')
    await fc.assert(
      fc.asyncProperty(
        sides,
        fc.array(gappedLog, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 80 }),
        async (at, logs, limit) => {
          const cluster = fakeCluster(TOPIC, logs)
          const { rows, ended } = page(cluster, params({ from: { at }, limit }))
          const { progress } = await ended()
          const all = logs.flat().map(record => record.timestamp)
          const expected = all.sort((a, b) => (at === 'oldest' ? a - b : b - a)).slice(0, limit)
          expect(rows.map(row => Number(row.timestamp))).toEqual(expected)
          expect(new Set(places(rows)).size).toBe(rows.length)
          expect(progress.shown).toBe(rows.length)
          expect(progress.scanned).toBeLessThanOrEqual(all.length)
          expect(cluster.open).toBe(0)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('continues after its limit without a gap and without a row twice', async () => {
    const cluster = fakeCluster(TOPIC, [log([1, 4, 7, 10, 13]), log([2, 5, 8, 11, 14]), log([3, 6, 9, 12, 15])])
    const seen: number[] = []
    let from: ScanParams['from'] = { at: 'oldest' }
    for (let i = 0; i < 10; i++) {
      const { rows, ended } = page(cluster, params({ from, limit: 4 }))
      const { reason, next } = await ended()
      seen.push(...rows.map(row => Number(row.timestamp)))
      if (next.length === 0) break
      expect(reason).toBe('limit')
      from = { at: 'positions', positions: next }
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
  })

  test('from an offset is clamped to what each partition holds; from a time begins at the first record not before it', async () => {
    const cluster = fakeCluster(TOPIC, [log([10, 20, 30], 100), log([15, 25, 35], 0)])
    const byOffset = page(cluster, params({ from: { at: 'offset', offset: 2n } }))
    await byOffset.ended()
    expect(places(byOffset.rows).sort()).toEqual(['0:100', '0:101', '0:102', '1:2'])
    const byTime = page(cluster, params({ from: { at: 'time', timestamp: 25n } }))
    await byTime.ended()
    expect(places(byTime.rows)).toEqual(['1:1', '0:102', '1:2'])
  })

  test('a filter counts what it looked at and shows what matched', async () => {
    const records = log(Array.from({ length: 200 }, (_, i) => i)).map(record => ({
      ...record,
      value: record.offset % 50 === 7 ? 'needle' : 'hay',
    }))
    const { rows, ended } = page(fakeCluster(TOPIC, [records]), params({ filter: 'value:needle', limit: 2 }))
    const { progress, reason } = await ended()
    expect(places(rows)).toEqual(['0:157', '0:107'])
    expect(progress).toMatchObject({ matched: 2, shown: 2, dropped: 0 })
    expect(progress.scanned).toBeGreaterThan(90)
    expect(reason).toBe('limit')
  })

  test('a partition that fails leaves the others; a topic that is not there fails the scan', async () => {
    const cluster = fakeCluster(TOPIC, [log([1, 2]), log([3, 4])])
    const fault = {
      what: 'x',
      code: 'KAFKA_STORAGE_ERROR',
      errno: 56,
      from: 'kafka' as const,
      broker: 1,
      message: '',
      next: null,
      retriable: true,
      requestId: null,
    }
    cluster.faults.set(laneOf(TOPIC, 0), fault)
    const one = page(cluster, params({ from: { at: 'oldest' } }))
    const { reason, progress } = await one.ended()
    expect(reason).toBe('end')
    expect(progress.partitions.map(lane => lane.fault?.code ?? null)).toEqual(['KAFKA_STORAGE_ERROR', null])
    expect(places(one.rows)).toContain('1:1')
    const other = await page(cluster, params({ topics: [{ topic: 'missing', partitions: null }] })).ended()
    expect([other.reason, other.fault?.code]).toEqual(['failed', 'UNKNOWN_TOPIC_OR_PARTITION'])
  })

  test('an empty topic ends at once', async () => {
    expect((await page(fakeCluster(TOPIC, [[], []]), params()).ended()).reason).toBe('end')
  })

  test('a page without credit holds the scan back instead of filling memory', async () => {
    const cluster = fakeCluster(TOPIC, [log(Array.from({ length: 20_000 }, (_, i) => i))], 500)
    const { release, ended, rows } = page(cluster, params({ from: { at: 'oldest' }, limit: 20_000 }), { holds: true })
    await settle()
    await settle()
    expect(cluster.read).toBeLessThan(4_000)
    release()
    expect((await ended()).reason).toBe('end')
    expect(rows).toHaveLength(20_000)
  })
})

describe('a live scan', () => {
  test('gives what comes, keeps fetching while paused, and a stop keeps everything', async () => {
    const cluster = fakeCluster(TOPIC, [log([1, 2]), log([3])])
    const { rows, command, ended } = page(cluster, params({ from: { at: 'live' } }))
    await until(() => cluster.open === 1)
    await settle()
    expect(rows).toEqual([])
    cluster.append(0, { offset: 2, timestamp: 10 })
    await until(() => places(rows).join() === '0:2')
    command('pause')
    cluster.append(1, { offset: 1, timestamp: 11 })
    await until(() => cluster.read === 2)
    await settle()
    expect(places(rows)).toEqual(['0:2'])
    command('resume')
    await until(() => places(rows).join() === '0:2,1:1')
    command('pause')
    cluster.append(1, { offset: 2, timestamp: 12 })
    await until(() => cluster.read === 3)
    await settle()
    command('stop')
    const { reason, next } = await ended()
    expect(reason).toBe('stopped')
    expect(places(rows)).toEqual(['0:2', '1:1', '1:2'])
    expect(next).toEqual([
      { topic: TOPIC, partition: 0, offset: 3n },
      { topic: TOPIC, partition: 1, offset: 3n },
    ])
    expect(cluster.open).toBe(0)
  })

  test('a page that cannot keep up gets the newest; what fell out is counted', async () => {
    const cluster = fakeCluster(TOPIC, [[]], 1_000)
    const { rows, release, ended, command } = page(cluster, params({ from: { at: 'live' } }), { holds: true })
    await until(() => cluster.open === 1)
    for (let offset = 0; offset < 7_000; offset++) cluster.logs.get(laneOf(TOPIC, 0))?.push({ offset, timestamp: offset })
    cluster.append(0, { offset: 7_000, timestamp: 7_000 })
    await until(() => cluster.read === 7_001)
    await settle()
    release()
    command('stop')
    const { progress } = await ended()
    expect(rows).toHaveLength(5_000)
    expect(rows.at(-1)?.offset).toBe(7_000n)
    expect(progress).toMatchObject({ shown: 5_000, dropped: 2_001, matched: 7_001 })
  })

  test('a page that goes away ends it and closes its reader', async () => {
    const cluster = fakeCluster(TOPIC, [log([1])])
    const { abort, done, events } = page(cluster, params({ from: { at: 'live' } }))
    await until(() => cluster.open === 1)
    abort()
    await done
    expect(cluster.open).toBe(0)
    expect(events.some(event => event.is === 'ended')).toBe(false)
  })
})
