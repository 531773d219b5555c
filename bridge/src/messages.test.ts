import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Messages } from './messages.js'

const MB = 1024 * 1024

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What a client gets: whole messages, put together of their frames. */
function client() {
  const got: Buffer[] = []
  const frames: number[] = []
  let parts: Uint8Array[] = []
  const messages = new Messages((bytes, isLast) => {
    frames.push(bytes.length)
    // What is sent may not change any more; the copy is taken later, as a socket would.
    parts.push(bytes)
    if (!isLast) return
    got.push(Buffer.concat(parts))
    parts = []
  })
  return { messages, got, frames, read: (stream: Uint8Array, cut: (left: number) => number) => read(messages, stream, cut) }
}

/** As a socket reads: where there is room for it, or else anywhere, as much as `cut` says. */
function read(messages: Messages, stream: Uint8Array, cut: (left: number) => number): void {
  for (let at = 0; at < stream.length; ) {
    const room = messages.room()
    const length = Math.max(1, Math.min(cut(stream.length - at), stream.length - at, room?.length ?? 256 * 1024))
    const into = room?.subarray(0, length) ?? new Uint8Array(length)
    into.set(stream.subarray(at, at + length))
    messages.push(into)
    at += length
  }
}

const answer = (size: number, fill = 1) => {
  const bytes = Buffer.alloc(4 + size, fill)
  bytes.writeInt32BE(size)
  return bytes
}

/** Where each ends when they come one after the other. */
function endsOf(pieces: readonly Uint8Array[]): number[] {
  let end = 0
  return pieces.map(({ length }) => (end += length))
}

describe('an answer', () => {
  test('is one message up to 8 MiB, wherever the stream is cut', () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.integer({ min: 60_000, max: 3 * MB })), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1 }), (all, cuts) => {
        const answers = all.map((size, i) => answer(size, i + 1))
        const { got, read, messages } = client()
        let turn = 0
        read(Buffer.concat(answers), () => cuts[turn++ % cuts.length])
        expect(Buffer.concat(got).equals(Buffer.concat(answers))).toBe(true)
        expect(messages.waiting).toBe(0)
        // Small ones that were read together stay together; none is spread over two messages.
        const ends = endsOf(answers)
        for (const end of endsOf(got)) expect(ends).toContain(end)
      }),
      { numRuns: 40 },
    )
  })

  test('that is larger is several, none of them above 8 MiB', () => {
    const { got, read } = client()
    const large = answer(30 * MB)
    read(Buffer.concat([large, answer(10)]), () => 200_000)
    expect(got.every(({ length }) => length <= 8 * MB)).toBe(true)
    expect(got.length).toBeLessThan(7)
    expect(Buffer.concat(got).length).toBe(large.length + 14)
  })

  test('that is large is read in blocks of 1 MiB, and less than that ever waits', () => {
    const { frames, read, messages } = client()
    read(answer(3 * MB), left => {
      expect(messages.waiting).toBeLessThan(MB)
      return Math.min(left, 50_000)
    })
    expect(frames).toEqual([50_000, MB, MB, MB - 50_000 + 4])
  })

  test('that does not come to its end is handed on as far as it came', () => {
    const { got, messages, read } = client()
    const slow = answer(500_000)
    read(slow.subarray(0, 70_000), () => 10_000)
    expect(got).toEqual([])
    vi.advanceTimersByTime(100)
    expect(Buffer.concat(got)).toEqual(slow.subarray(0, 70_000))
    read(slow.subarray(70_000, 80_000), () => 10_000)
    vi.advanceTimersByTime(100)
    expect(Buffer.concat(got)).toEqual(slow.subarray(0, 80_000))
    vi.advanceTimersByTime(1000)
    expect(got.length).toBe(2)
    read(Buffer.concat([slow.subarray(80_000), answer(5)]), () => 300_000)
    expect(Buffer.concat(got)).toEqual(Buffer.concat([slow, answer(5)]))
    messages.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that began while the one before was watched has 100 ms of its own, and waits 200 at most', () => {
    const { got, read } = client()
    read(answer(10).subarray(0, 8), () => 8)
    vi.advanceTimersByTime(60)
    read(answer(10).subarray(8), () => 8)
    read(answer(20).subarray(0, 8), () => 8)
    vi.advanceTimersByTime(60)
    expect(got.map(({ length }) => length)).toEqual([14])
    vi.advanceTimersByTime(80)
    expect(got.map(({ length }) => length)).toEqual([14, 8])
  })
})

test('something else may be said after `settle`: no message is half sent, and nothing waits', () => {
  const { got, messages, read } = client()
  const large = answer(2 * MB)
  read(large.subarray(0, MB + 200_000), () => 100_000)
  expect([got.length, messages.waiting > 0]).toEqual([0, true])
  messages.settle()
  expect([Buffer.concat(got).length, messages.waiting]).toEqual([MB + 200_000, 0])
  messages.settle()
  expect(got.length).toBe(1)
  read(large.subarray(MB + 200_000), () => 100_000)
  expect(Buffer.concat(got).equals(large)).toBe(true)
})

test.each([
  ['an alert of TLS', [0x15, 3, 3, 0, 2, 2, 40]],
  ['HTTP', [...Buffer.from('HTTP/1.1 400 Bad Request\r\n')]],
  ['a negative size', [0xff, 0xff, 0xff, 0xff, 1, 2, 3]],
])('what is no answer is handed on as it comes: %s', (_, bytes) => {
  const { got, read } = client()
  read(new Uint8Array(bytes), left => left)
  read(new Uint8Array(bytes), left => left)
  expect(Buffer.concat(got)).toEqual(Buffer.from([...bytes, ...bytes]))
})
