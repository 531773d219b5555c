import { expect, test } from 'vitest'
import { virtualClock } from '../clock.js'
import type { FetchResponse } from '../protocol/api/fetch.js'
import { Recycler } from './recycler.js'

const lent = (recycler: Recycler, length: number) => {
  const lease = recycler.lend(length)
  lease.hold()
  return lease
}
const answerWith = (records: Uint8Array) => ({ responses: [{ partitions: [{ records }] }] }) as unknown as FetchResponse

test('memory is lent again when the last who holds it lets go, at the length that is asked for', () => {
  const recycler = new Recycler(virtualClock())
  const first = lent(recycler, 100_000)
  first.hold()
  first.bytes.fill(7)
  first.release()
  expect(recycler.bytes).toBe(0)
  first.release()
  const size = recycler.bytes
  expect(size).toBeGreaterThanOrEqual(100_000)
  const again = lent(recycler, 99_000)
  expect([again.bytes.length, again.bytes[0], recycler.bytes]).toEqual([99_000, 7, 0])
})

test.each([4096, 4097, 70_000, 1_000_000, 3_145_880, 2 ** 30 + 1])('for %i bytes at most a quarter more is taken', length => {
  const { buffer, byteLength } = new Recycler(virtualClock()).lend(length).bytes
  expect(byteLength).toBe(length)
  expect(buffer.byteLength).toBeLessThanOrEqual(length * 1.25)
})

test('whoever kept an array of memory that came back sees nothing', () => {
  const { bytes, release } = bound(lent(new Recycler(virtualClock()), 5000))
  const view = bytes.subarray(10, 20)
  release()
  expect([bytes.length, view.length, bytes.buffer.byteLength]).toEqual([0, 0, 0])
})
const bound = (lease: ReturnType<typeof lent>) => ({ bytes: lease.bytes, release: () => lease.release() })

test('memory that is too small to keep, or was handed on, does not come back', () => {
  const recycler = new Recycler(virtualClock())
  lent(recycler, 4095).release()
  const moved = lent(recycler, 100_000)
  structuredClone(moved.bytes.buffer, { transfer: [moved.bytes.buffer as ArrayBuffer] })
  moved.release()
  expect(recycler.bytes).toBe(0)
})

test('what is decompressed holds what it came from until it is let go of itself', () => {
  const recycler = new Recycler(virtualClock())
  const frame = lent(recycler, 8192)
  const content = frame.lend(16_384)
  content.hold()
  content.hold()
  frame.release()
  content.release()
  expect([frame.bytes.length, recycler.bytes]).toEqual([8192, 0])
  content.release()
  expect([frame.bytes.length, recycler.bytes]).toEqual([0, 8192 + 16_384])
})

test('memory that nobody asked for in ten seconds is let go of within ten more, and then no timer is left', async () => {
  const clock = virtualClock()
  const recycler = new Recycler(clock)
  const both = [lent(recycler, 8192), lent(recycler, 8192)]
  for (const one of both) one.release()
  for (let i = 0; i < 5; i++) {
    await clock.advance(6000)
    lent(recycler, 8192).release()
  }
  expect(recycler.bytes).toBe(8192)
  await clock.advance(20_000)
  expect([recycler.bytes, clock.pending]).toEqual([0, 0])
})

test('at most 128 MiB wait, and none after the close', () => {
  const clock = virtualClock()
  const recycler = new Recycler(clock)
  const many = Array.from({ length: 5 }, () => lent(recycler, 32 * 2 ** 20))
  const last = lent(recycler, 8192)
  for (const one of many) one.release()
  expect(recycler.bytes).toBe(128 * 2 ** 20)
  recycler.close()
  last.release()
  expect([recycler.bytes, last.bytes.length, clock.pending]).toEqual([0, 0, 0])
})

test('only memory that the answer lies in comes back: another connection may still write to what it began to fill', () => {
  const recycler = new Recycler(virtualClock())
  const answer = recycler.answer()
  const [first, second] = [answer.room(8192), answer.room(8192)]
  const letGo = (records: Uint8Array) => {
    const lease = answer.leaseOf(answerWith(records))
    lease.hold()
    lease.release()
    return recycler.bytes
  }
  expect(letGo(first)).toBe(0)
  expect(letGo(new Uint8Array(8192))).toBe(0)
  expect(letGo(second.subarray(100))).toBe(8192)
})

test('an answer whose frame a hook took is not used again', () => {
  const recycler = new Recycler(virtualClock())
  const answer = recycler.answer()
  const frame = answer.room(8192)
  answer.keep()
  const lease = answer.leaseOf(answerWith(frame))
  lease.hold()
  lease.release()
  expect([recycler.bytes, frame.length]).toEqual([0, 8192])
})
