import { expect, test } from 'vitest'
import { virtualClock } from './clock.js'
import { inRealTime } from './real-time.js'

const macrotasks = async (n: number) => {
  for (let i = 0; i < n; i++) await new Promise(resolve => setTimeout(resolve, 1))
}

test('virtual time stands still while work goes on that takes real time, and for what that work begins', async () => {
  const clock = virtualClock(0)
  const at: number[] = []
  clock.setTimeout(() => at.push(-1), 10)
  const work = async () => {
    await inRealTime(macrotasks(40))
    await inRealTime(macrotasks(40))
    at.push(clock.now())
  }
  work()
  await clock.advance(20)
  expect(at).toEqual([0, -1])
  expect(clock.now()).toBe(20)
})

test('work that fails holds virtual time no longer, and its error is its owner’s alone', async () => {
  const clock = virtualClock(0)
  const failed = inRealTime(macrotasks(2).then(() => Promise.reject(new Error('the chunk did not arrive'))))
  const caught = failed.catch((error: Error) => error.message)
  await clock.advance(5)
  expect(await caught).toBe('the chunk did not arrive')
  expect(clock.now()).toBe(5)
})

test('virtual timers run in order of their time, then of their making', async () => {
  const clock = virtualClock(0)
  const ran: string[] = []
  clock.setTimeout(() => ran.push('late'), 7)
  clock.setTimeout(() => ran.push('first'), 3)
  clock.setTimeout(() => ran.push('second'), 3)
  clock.clearTimeout(clock.setTimeout(() => ran.push('never'), 1))
  await clock.advance(5)
  expect(ran).toEqual(['first', 'second'])
  expect(clock.pending).toBe(1)
  await clock.advance(5)
  expect(ran).toEqual(['first', 'second', 'late'])
})
