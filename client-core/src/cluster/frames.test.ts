import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameReader } from './frames.js'
import { ascii } from './testing/setup.js'

const framed = (...bodies: Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(bodies.reduce((sum, body) => sum + 4 + body.length, 0))
  let p = 0
  for (const body of bodies) {
    new DataView(out.buffer).setUint32(p, body.length)
    out.set(body, p + 4)
    p += 4 + body.length
  }
  return out
}

function reader(maxBytes = 1 << 24) {
  const frames: Uint8Array[] = []
  const started: number[] = []
  const frameReader = new FrameReader(
    maxBytes,
    () => started.push(frames.length),
    frame => frames.push(frame),
  )
  return { frames, started, push: (chunk: Uint8Array, isOurs?: boolean) => frameReader.push(chunk, isOurs), room: () => frameReader.room() }
}

describe('frames', () => {
  test('stay where they came when they are most of a chunk that is ours, and are copied when they are not', () => {
    const { frames, push } = reader()
    const whole = framed(new Uint8Array(100).fill(1))
    push(whole, true)
    expect([frames[0].length, frames[0].buffer === whole.buffer]).toEqual([100, true])
    push(framed(new Uint8Array(100).fill(2)), false)
    const several = framed(new Uint8Array(30).fill(3), new Uint8Array(70).fill(4), new Uint8Array(10).fill(5))
    push(several, true)
    const begun = framed(new Uint8Array(100).fill(6))
    push(begun.slice(0, 90), true)
    push(begun.slice(90), true)
    expect(frames.map(({ length }) => length)).toEqual([100, 100, 30, 70, 10, 100])
    expect(frames.map(frame => frame.every((byte, _, all) => byte === all[0]))).not.toContain(false)
    expect(frames.map(({ buffer }) => buffer === several.buffer)).toEqual([false, false, false, true, false, false])
  })

  test('are the same however the stream was cut', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 4, maxLength: 40 }), { minLength: 1, maxLength: 6 })
    const run = (all: Uint8Array[], cuts: number[]) => {
      const stream = framed(...all)
      const { frames, started, push } = reader()
      const at = [...new Set([0, ...cuts.map(c => c % (stream.length + 1)), stream.length])].sort((a, b) => a - b)
      for (let i = 1; i < at.length; i++) push(stream.slice(at[i - 1], at[i]))
      expect(frames).toEqual(all)
      expect(started).toEqual(all.map((_, i) => i))
    }
    fc.assert(fc.property(bodies, fc.array(fc.nat(), { maxLength: 20 }), run))
  })

  test('above a megabyte are put together from chunks of any size', () => {
    const body = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) & 255)
    const stream = new Uint8Array(4 + body.length)
    stream.set([0, 0x2d, 0xc6, 0xc0])
    stream.set(body, 4)
    const { frames, push } = reader()
    const sizes = [1, 3, 15_000, 100_000, 20, 70_000]
    for (let p = 0, i = 0; p < stream.length; i++) {
      const size = sizes[i % sizes.length]
      push(stream.subarray(p, p + size))
      p += size
    }
    expect(frames).toHaveLength(1)
    expect(frames[0].length).toBe(body.length)
    expect(frames[0].every((byte, i) => byte === body[i])).toBe(true)
  })

  test('above a megabyte take memory as their bytes arrive, and at once when the peer has sent as much before', () => {
    const { push, room } = reader()
    const size = Uint8Array.of(0, 0x80, 0, 0)
    const spare = () => room()?.length
    push(size)
    expect(spare()).toBe(1 << 20)
    push(new Uint8Array(1 << 20))
    expect(spare()).toBe(3 << 20)
    push(new Uint8Array(7 << 20))
    expect(spare()).toBeUndefined()
    push(size)
    expect(spare()).toBe(8 << 20)
  })

  test('are the same when the transport reads into the room that they offer', () => {
    const size = fc.integer({ min: 4, max: 200_000 })
    const run = (sizes: number[], reads: number[]) => {
      const bodies = sizes.map((length, i) => new Uint8Array(length).fill(i + 1))
      const stream = framed(...bodies)
      const { frames, push, room } = reader()
      for (let p = 0, i = 0; p < stream.length; i++) {
        const memory = room() ?? new Uint8Array(65536)
        const read = Math.min(stream.length - p, memory.length, reads[i % reads.length])
        memory.set(stream.subarray(p, p + read))
        push(memory.subarray(0, read))
        p += read
      }
      expect(frames.map(frame => frame.length)).toEqual(sizes)
      expect(frames.every((frame, i) => frame.every(byte => byte === i + 1))).toBe(true)
    }
    const reads = fc.array(
      fc.integer({ min: 1, max: 100_000 }).map(n => n + 500),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(fc.property(fc.array(size, { minLength: 1, maxLength: 4 }), reads, run), { numRuns: 50 })
  })

  test('keep no chunk alive: what is read from a chunk later changed is what had come', () => {
    const { frames, push } = reader()
    const chunk = framed(Uint8Array.of(1, 2, 3, 4))
    push(chunk)
    chunk.fill(9)
    expect(frames).toEqual([Uint8Array.of(1, 2, 3, 4)])
  })
})

describe('a size that no answer has', () => {
  const refusal = (bytes: readonly number[], maxBytes?: number) => {
    try {
      reader(maxBytes).push(Uint8Array.from(bytes))
    } catch (error) {
      return error
    }
  }

  test.each([
    ['negative', [0xff, 0xff, 0xff, 0xff], 'MALFORMED', /answer of -1 bytes/],
    ['smaller than a correlation id', [0, 0, 0, 3], 'MALFORMED', /answer of 3 bytes/],
    ['HTTP', ascii('HTTP'), 'NOT_KAFKA', /HTTP, not Kafka.*listener/],
    ['a TLS alert', [0x15, 3, 3, 0], 'NOT_KAFKA', /TLS, but the connection is plaintext/],
    ['a TLS handshake', [0x16, 3, 1, 2], 'NOT_KAFKA', /turn TLS on/],
    ['the banner of another service', ascii('SSH-'), 'NOT_KAFKA', /begins with "SSH-"/],
    ['over the limit', [0x06, 0x40, 0, 1], 'FRAME_TOO_LARGE', /104857601 bytes; brokerMaxReadBytes allows 104857600/],
  ])('%s', (_, bytes, code, message) => {
    expect(refusal(bytes, 104_857_600)).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('item 99: HTTP and TLS are known also where the limit would let them pass', () => {
    expect(refusal(ascii('HTTP'), 0x7fffffff)).toMatchObject({ code: 'NOT_KAFKA' })
    expect(refusal([0x15, 3, 1, 0], 0x7fffffff)).toMatchObject({ code: 'NOT_KAFKA' })
  })
})
