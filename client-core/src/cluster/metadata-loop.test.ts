import { describe, expect, onTestFinished, test } from 'vitest'
import { virtualClock } from '../clock.js'
import { MetadataLoop } from './metadata-loop.js'
import { exponentialBackoff } from './retry.js'

interface Ask {
  at: number
  done(isSettled?: boolean): void
  fail(error: Error): void
}

function loopOf({ wanted = true, manual = false } = {}) {
  const clock = virtualClock(0)
  const asks: Ask[] = []
  const told: unknown[] = []
  const state = { wanted, isSettled: true, backoffMs: exponentialBackoff as (failures: number) => number }
  const loop = new MetadataLoop({
    clock,
    minAgeMs: 5_000,
    maxAgeMs: 300_000,
    backoffMs: failures => state.backoffMs(failures),
    load: () =>
      new Promise<boolean>((resolve, fail) => {
        const done = (isSettled = state.isSettled) => resolve(isSettled)
        asks.push({ at: clock.now(), done, fail })
        if (!manual) done()
      }),
    isWanted: () => state.wanted,
    onDone: error => told.push(error),
  })
  onTestFinished(() => {
    loop.stop()
    expect(clock.pending).toBe(0)
  })
  return { loop, clock, asks, told, state, times: () => asks.map(a => a.at) }
}

describe('metadata is read', () => {
  test('again when it is metadataMaxAgeMs old, while somebody wants it', async () => {
    const { loop, clock, state, times } = loopOf()
    await loop.now()
    await clock.advance(600_000)
    expect(times()).toEqual([0, 300_000, 600_000])
    state.wanted = false
    await clock.advance(900_000)
    expect(times()).toEqual([0, 300_000, 600_000, 900_000])
    expect(clock.pending).toBe(0)
  })

  test('at once when it is needed now', async () => {
    const { loop, clock, times } = loopOf()
    await loop.now()
    await clock.advance(10)
    await loop.now()
    expect(times()).toEqual([0, 10])
  })

  test('once for all who ask in the same turn', async () => {
    const { loop, asks } = loopOf()
    await Promise.all([loop.now(), loop.now(), loop.now()])
    expect(asks).toHaveLength(1)
  })

  test('once more, after the load that runs, for all who ask while it does: that one may have been answered before', async () => {
    const { loop, clock, asks } = loopOf({ manual: true })
    const first = loop.now()
    await clock.settle()
    let isLate = false
    const late = Promise.all([loop.now(), loop.now()]).then(() => {
      isLate = true
    })
    asks[0].done()
    await first
    await clock.settle()
    expect([asks.length, isLate]).toEqual([2, false])
    asks[1].done()
    await late
    await clock.settle()
    expect(asks).toHaveLength(2)
  })

  test('not before metadataMinAgeMs when it is only wanted soon', async () => {
    const { loop, clock, times } = loopOf()
    loop.soon()
    await clock.advance(0)
    for (let i = 0; i < 10; i++) {
      loop.soon()
      await clock.advance(1_000)
    }
    expect(times()).toEqual([0, 5_000, 10_000])
  })

  test('within a quarter of a second when something in use is stale, and less often the longer that does not help', async () => {
    const { loop, clock, times } = loopOf()
    await loop.now()
    for (let ms = 0; ms < 45_000; ms += 250) {
      loop.urgently()
      await clock.advance(250)
    }
    const gaps = times().map((at, i) => Math.round(at - (times()[i - 1] ?? 0)))
    expect(gaps[1]).toBe(250)
    for (let i = 2; i < gaps.length; i++) expect(gaps[i]).toBeGreaterThanOrEqual(gaps[i - 1])
    expect(Math.max(...gaps)).toBe(5_000)
  })

  test('again and again, eight times quickly, when what was asked for now leaves something unsettled', async () => {
    const { loop, clock, state, times } = loopOf()
    state.isSettled = false
    await loop.now()
    await clock.advance(12_000)
    expect(times()).toEqual([0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000, 7_000, 12_000])
    state.isSettled = true
    await clock.advance(5_000)
    expect(times()).toHaveLength(12)
    await clock.advance(200_000)
    expect(times()).toHaveLength(12)
    // And the next trouble begins anew.
    state.isSettled = false
    const again = clock.now()
    await loop.now()
    await clock.advance(2_500)
    expect(times().slice(12)).toEqual([0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000].map(ms => again + ms))
  })

  test('after metadataMinAgeMs when what grew old, or was wanted soon, leaves something unsettled', async () => {
    const { loop, clock, state, times } = loopOf()
    state.isSettled = false
    loop.soon()
    await clock.advance(10_000)
    expect(times()).toEqual([0, 5_000, 10_000])
  })
})

describe('a load that fails', () => {
  test('is told to those who asked and to the roles, and tried again later and later', async () => {
    const { loop, clock, asks, told, times, state } = loopOf({ manual: true })
    state.backoffMs = failures => 250 * 2 ** (failures - 1)
    const failing = loop.now()
    await clock.settle()
    asks[0].fail(new Error('nobody there'))
    await expect(failing).rejects.toThrow('nobody there')
    expect(told).toEqual([new Error('nobody there')])
    for (let i = 1; i <= 3; i++) {
      await clock.advance(250 * 2 ** (i - 1))
      asks[i].fail(new Error('nobody there'))
      await clock.settle()
    }
    expect(times()).toEqual([0, 250, 750, 1_750])
    expect(told).toHaveLength(4)
    await clock.advance(2_000)
    asks[4].done()
    await clock.settle()
    await clock.advance(5_000)
    expect(asks).toHaveLength(5)
    // And the next trouble begins anew.
    loop.now().catch(() => {})
    await clock.settle()
    const failedAt = clock.now()
    asks[5].fail(new Error('nobody there'))
    await clock.settle()
    await clock.advance(250)
    expect(times().at(-1)).toBe(failedAt + 250)
    asks[6].done()
  })

  test('is never tried again at once, whatever retryBackoff says', async () => {
    const { loop, clock, asks, state } = loopOf({ manual: true })
    state.backoffMs = () => 0
    loop.now().catch(() => {})
    await clock.settle()
    asks[0].fail(new Error('nobody there'))
    await clock.advance(249)
    expect(asks).toHaveLength(1)
    await clock.advance(1)
    expect(asks).toHaveLength(2)
    asks[1].done()
  })

  test('does not take those with it who asked for the next one', async () => {
    const { loop, clock, asks } = loopOf({ manual: true })
    const first = loop.now().catch((error: Error) => error.message)
    await clock.settle()
    const second = loop.now()
    asks[0].fail(new Error('gone'))
    await clock.settle()
    asks[1].done()
    expect(await first).toBe('gone')
    await expect(second).resolves.toBeUndefined()
  })
})

test('a loop that was stopped asks nobody and tells nobody', async () => {
  const { loop, clock, asks, told } = loopOf({ manual: true })
  const running = loop.now()
  await clock.settle()
  loop.stop()
  asks[0].done()
  await running
  loop.soon()
  loop.urgently()
  await loop.now()
  await clock.advance(1_000_000)
  expect([asks.length, told.length, clock.pending]).toEqual([1, 0, 0])
})
