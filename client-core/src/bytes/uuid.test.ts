import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomUuid, uuidFromBytes, uuidToBytes, zeroUuid } from './uuid.js'

test('is unpadded base64url of its 16 bytes', () => {
  expect(uuidFromBytes(new Uint8Array(16))).toBe(zeroUuid)
  expect(uuidFromBytes(new Uint8Array(16).fill(255))).toBe('_____________________w')
  expect(uuidFromBytes(Uint8Array.from({ length: 16 }, (_, i) => i))).toBe('AAECAwQFBgcICQoLDA0ODw')
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), bytes => {
      const uuid = uuidFromBytes(bytes)
      expect(uuid).toBe(
        btoa(String.fromCharCode(...bytes))
          .replaceAll('+', '-')
          .replaceAll('/', '_')
          .slice(0, 22),
      )
      expect(uuidToBytes(uuid)).toEqual(bytes)
    }),
  )
})

test.each([
  '',
  'AAAA',
  `${zeroUuid}A`,
  'AAAAAAAAAAAAAAAAAAAAA!',
  'AAAAAAAAAAAAAAAAAAAAA\u00e9',
  'AAAAAAAAAAAAAAAAAAAAAB',
  '00000000-0000-0000-0000-000000000000',
])('refuses %j: two texts must never mean the same id', text => {
  expect(() => uuidToBytes(text)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
})

test('a random one is version 4, differs, and begins with no dash', () => {
  const made = Array.from({ length: 200 }, randomUuid)
  expect(new Set(made).size).toBe(200)
  for (const uuid of made) {
    expect(uuid.startsWith('-')).toBe(false)
    expect(uuidToBytes(uuid)[6] >> 4).toBe(4)
    expect(uuidToBytes(uuid)[8] >> 6).toBe(2)
  }
})
