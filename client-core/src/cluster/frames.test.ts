import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameReader } from './frames.js'
import { ascii } from './testing/setup.js'

const framed = (...bodies: Uint8Array[]): Uint8Array => {
  const out: number[] = []
  for (const body of bodies) out.push(body.length >>> 24, (body.length >> 16) & 255, (body.length >> 8) & 255, body.length & 255, ...body)
  return Uint8Array.from(out)
}

function reader(maxBytes = 1 << 24) {
  const frames: Uint8Array[] = []
  const started: number[] = []
  const frameReader = new FrameReader(
    maxBytes,
    () => started.push(frames.length),
    frame => frames.push(frame),
  )
  return { frames, started, push: (chunk: Uint8Array) => frameReader.push(chunk) }
}

describe('frames', () => {
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

  test('above a megabyte are gathered from chunks of any size', () => {
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

  test('above a megabyte keep large chunks and copy small ones: a frame that comes byte by byte must not cost an object for each', () => {
    const { frames, push } = reader()
    push(Uint8Array.of(0, 0x20, 0, 0))
    const small = new Uint8Array(100).fill(1)
    push(small)
    small.fill(2)
    const large = new Uint8Array(0x20_0000 - 100).fill(3)
    push(large)
    expect([frames[0][0], frames[0][99], frames[0][100], frames[0].length]).toEqual([1, 1, 3, 0x20_0000])
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

  test('HTTP and TLS are known also where the limit would let them pass', () => {
    expect(refusal(ascii('HTTP'), 0x7fffffff)).toMatchObject({ code: 'NOT_KAFKA' })
    expect(refusal([0x15, 3, 1, 0], 0x7fffffff)).toMatchObject({ code: 'NOT_KAFKA' })
  })
})
