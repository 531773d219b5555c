import { expect, test } from 'vitest'
import { type Clock, virtualClock } from '../clock.js'
import { RecordTime } from './record-time.js'

/** Time that passes by itself, as it does in a turn of the event loop: timers wait until `advance`. */
function passing() {
  const virtual = virtualClock()
  const start = virtual.wallNow()
  let passed = 0
  let readings = 0
  const wallNow = () => {
    readings++
    return Math.floor(virtual.now() + passed)
  }
  const clock: Clock = { ...virtual, wallNow }
  const time = new RecordTime(clock)
  return {
    virtual,
    time,
    pass: (ms: number) => (passed += ms),
    late: () => Math.floor(virtual.now() + passed) - time.now(),
    since: () => time.now() - start,
    readings: () => readings,
  }
}

test('records that come faster than a millisecond each share readings of the clock, and none is late by more', () => {
  const { pass, late, readings } = passing()
  for (let i = 0; i < 10_000; i++) {
    expect(late()).toBeLessThanOrEqual(1)
    pass(1 / 256)
  }
  expect(readings()).toBeLessThan(300)
})

test('records that come slower than a millisecond each have their own', () => {
  const { pass, late } = passing()
  for (let i = 0; i < 100; i++) {
    expect(late()).toBe(0)
    pass(2)
  }
})

test('a pause between turns ends a run: the record behind it has the time that it was produced at', async () => {
  const { virtual, since } = passing()
  for (let i = 0; i < 100; i++) since()
  for (const ms of [1, 2, 1000]) {
    const before = since()
    await virtual.advance(ms)
    expect(since()).toBe(before + ms)
    for (let i = 0; i < 100; i++) since()
  }
})

test('work within a turn makes no more records late than one run', () => {
  const { pass, late } = passing()
  for (let i = 0; i < 130; i++) late()
  pass(500)
  const after = Array.from({ length: 300 }, late)
  expect(after.filter(ms => ms > 0).length).toBeLessThan(64)
  expect(after.slice(63)).not.toContain(500)
})

test('a clock that is set back is believed, and the next records have its time', () => {
  const { pass, since } = passing()
  for (let i = 0; i < 3; i++) since()
  pass(-3_600_000)
  expect(since()).toBe(-3_600_000)
})

test('no timer is left while nothing is produced, nor after the end', async () => {
  const { virtual, time, since } = passing()
  since()
  expect(virtual.pending).toBe(0)
  since()
  since()
  expect(virtual.pending).toBe(1)
  await virtual.advance(1)
  expect(virtual.pending).toBe(0)
  for (let i = 0; i < 10; i++) since()
  time.stop()
  expect(virtual.pending).toBe(0)
})
