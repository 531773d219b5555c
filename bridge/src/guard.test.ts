import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Guard, type Violation } from './guard.js'
import { request, requestHead } from './testing/bytes.js'

const MAX = 1_000_000
const judge = (...chunks: Uint8Array[]): Violation | undefined => {
  const guard = new Guard(MAX)
  for (const chunk of chunks) {
    const violation = guard.check(chunk)
    if (violation) return violation
  }
  return undefined
}
const ascii = (text: string) => new TextEncoder().encode(text)

test('requests pass, however the stream is cut: at each offset of a header, byte by byte, at random', () => {
  const stream = new Uint8Array([...request(8), ...request(300, 3, 12), ...request(20, 1, 17), ...request(8, 0, 3)])
  for (let cut = 0; cut <= 8; cut++) expect(judge(stream.subarray(0, 12 + cut), stream.subarray(12 + cut))).toBeUndefined()
  expect(judge(...Array.from(stream, byte => new Uint8Array([byte])))).toBeUndefined()
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 20 }), cuts => {
      const at = [0, ...cuts.sort((a, b) => a - b), stream.length]
      expect(judge(...at.slice(1).map((end, i) => stream.subarray(at[i], end)))).toBeUndefined()
    }),
  )
})

test('a violation is found at every cut of the header that holds it, also after good requests', () => {
  for (const bad of [
    requestHead(-1),
    requestHead(7),
    requestHead(MAX + 1),
    requestHead(8, 4),
    requestHead(8, 17, 0),
    requestHead(8, 31_000),
  ]) {
    for (let cut = 0; cut <= 8; cut++) {
      expect(judge(bad.subarray(0, cut), bad.subarray(cut)), `first, cut at ${cut}`).toBeDefined()
      expect(judge(request(100), bad.subarray(0, cut), bad.subarray(cut)), `second, cut at ${cut}`).toBeDefined()
    }
  }
})

test('sizes: the least request is 8 bytes, the largest what is allowed, and no others', () => {
  expect([8, MAX].map(size => judge(requestHead(size)))).toEqual([undefined, undefined])
  expect([0, 7, -1, -0x80000000].map(size => judge(requestHead(size)))).toEqual(Array(4).fill('NOT_KAFKA'))
  expect([MAX + 1, 0x7fffffff].map(size => judge(requestHead(size)))).toEqual(Array(2).fill('FRAME_TOO_LARGE'))
})

test('other protocols are stopped by their first bytes', () => {
  expect(judge(ascii('GET / HTTP/1.1\r\n'))).toBe('NOT_KAFKA')
  expect(judge(ascii('SSH-2.0-OpenSSH_9'))).toBe('NOT_KAFKA')
  expect(judge(ascii('EHLO example.com\r\n'))).toBe('NOT_KAFKA')
  expect(judge(new Uint8Array([0x16, 3, 1]))).toBe('TLS_INSIDE')
  expect(judge(new Uint8Array([0x16]), new Uint8Array([3]))).toBe('TLS_INSIDE')
})

test('a connection begins with ApiVersions, SaslHandshake or Metadata; anything a client may say comes after', () => {
  expect([18, 3].map(key => judge(requestHead(8, key)))).toEqual([undefined, undefined])
  expect(judge(requestHead(8, 17, 1))).toBeUndefined()
  expect(judge(requestHead(8, 1, 12))).toBe('NOT_KAFKA')
  expect(judge(request(8), requestHead(8, 1, 12))).toBeUndefined()
})

test('keys and versions are those of the protocol, with room for a few newer versions', () => {
  expect(judge(requestHead(8, 18, -1))).toBe('NOT_KAFKA')
  expect(judge(requestHead(8, 18, 12))).toBeUndefined()
  expect(judge(requestHead(8, 18, 99))).toBe('NOT_KAFKA')
  expect(judge(requestHead(8, -2))).toBe('NOT_KAFKA')
})

test('what brokers say among themselves is no client business; the handshake that leads to bytes without headers is refused', () => {
  expect([4, 6, 56, 58, 87].map(key => judge(request(8), requestHead(8, key)))).toEqual(Array(5).fill('API_NOT_ALLOWED'))
  expect(judge(request(8), requestHead(8, 17, 0))).toBe('SASL_HANDSHAKE_V0')
})
