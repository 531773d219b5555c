import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fault } from '../session/protocol.js'
import { lazyFacts } from './lazy-facts.js'

const fault: Fault = {
  what: 'x',
  code: 'NOT_COORDINATOR',
  errno: 16,
  from: 'kafka',
  broker: 1,
  message: '',
  next: null,
  retriable: true,
  requestId: null,
}
const isFault = (value: number | Fault): value is Fault => typeof value !== 'number'

function facts(answer: (ids: string[]) => ReadonlyMap<string, number | Fault>) {
  const asked: string[][] = []
  const lazy = lazyFacts<number>({
    fetch: async ids => {
      asked.push(ids)
      return answer(ids)
    },
    isFault,
    faultOf: () => fault,
    now: () => Date.now(),
  })
  return { lazy, asked, get: (id: string) => lazy.store.getState().get(id) }
}
const all = (value: number) => (ids: string[]) => new Map(ids.map(id => [id, value]))

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('facts of rows on screen', () => {
  test('are asked for once, after scrolling has stopped, for the rows then visible', async () => {
    const { lazy, asked, get } = facts(all(1))
    lazy.show(['a', 'b'])
    await vi.advanceTimersByTimeAsync(100)
    lazy.show(['c', 'd'])
    await vi.advanceTimersByTimeAsync(150)
    expect(asked).toEqual([['c', 'd']])
    expect(get('a')).toBeUndefined()
    expect(get('c')?.value).toBe(1)
    lazy.stop()
  })

  test('are kept for 30 s, then asked again while the rows are still there', async () => {
    const { lazy, asked } = facts(all(1))
    lazy.show(['a'])
    await vi.advanceTimersByTimeAsync(150)
    lazy.show(['a', 'b'])
    await vi.advanceTimersByTimeAsync(150)
    expect(asked).toEqual([['a'], ['b']])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(asked[2]).toEqual(['a', 'b'])
    lazy.stop()
  })

  test('keep the answer before, so that a rate can be told', async () => {
    let value = 10
    const { lazy, get } = facts(ids => all(value)(ids))
    lazy.show(['a'])
    await vi.advanceTimersByTimeAsync(150)
    value = 20
    await vi.advanceTimersByTimeAsync(30_000)
    expect(get('a')).toMatchObject({ value: 20, before: { value: 10 } })
    lazy.stop()
  })

  test('are looked at a second time soon, where a rate waits for it', async () => {
    const asked: string[][] = []
    const lazy = lazyFacts<number>({
      fetch: async ids => {
        asked.push(ids)
        return all(asked.length)(ids)
      },
      isFault,
      faultOf: () => fault,
      secondLookMs: 5_000,
    })
    lazy.show(['a'])
    await vi.advanceTimersByTimeAsync(5_200)
    expect(asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(10_100)
    expect(asked).toHaveLength(3)
    lazy.stop()
  })

  test('keep the value that is there when the next answer is a fault', async () => {
    let answer: number | Fault = 10
    const { lazy, get } = facts(ids => new Map(ids.map(id => [id, answer])))
    lazy.show(['a'])
    await vi.advanceTimersByTimeAsync(150)
    answer = fault
    lazy.refresh()
    await vi.advanceTimersByTimeAsync(1)
    expect(get('a')).toMatchObject({ value: 10, fault: { code: 'NOT_COORDINATOR' } })
    lazy.stop()
  })

  test('are not asked for any more once the page is left', async () => {
    const { lazy, asked } = facts(all(1))
    lazy.show(['a'])
    lazy.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toEqual([])
  })
})
