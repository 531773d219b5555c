import { expect, test } from 'vitest'
import { decodeResponse } from './frame.js'
import { ApiVersionsResponse } from './index.js'
import { golden } from './testing/golden.js'
import { versionGuess, versionsFromString } from './versions.js'

test('a release is named with or without v, with or without its patch number', () => {
  for (const name of ['3.9', 'v3.9', '3.9.0', ' 3.9.2 ']) expect(versionsFromString(name)).toBe(versionsFromString('3.9'))
  expect(versionsFromString('0.10.2.2')).toBe(versionsFromString('0.10.2'))
  expect(versionsFromString('0.11.0.3')).toBe(versionsFromString('0.11'))
  expect(versionsFromString('0.9.0.1')).toBe(versionsFromString('0.9'))
})

test.each(['', '9.9', '3', 'latest', '3.9.x', '3.9.1.2.3', '0.10'])('%j is not a release', name => {
  expect(() => versionsFromString(name)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('0.8.2 to 4.4') }),
  )
})

test('releases differ where Kafka changed', () => {
  const [produce, fetch, metadata, updateMetadata] = [0, 1, 3, 6]
  expect(versionsFromString('0.10.2').get(fetch)).toBe(3)
  expect(versionsFromString('2.4').get(metadata)).toBe(9)
  expect(versionsFromString('3.6').get(produce)).toBe(9)
  expect(versionsFromString('3.9').get(updateMetadata)).toBe(8)
  expect(versionsFromString('4.0').has(updateMetadata)).toBe(false)
})

test('a guess finds the release, or says between which it lies', () => {
  for (const name of ['0.9', '0.10.2', '1.1', '2.0', '2.8', '3.0', '3.9', '4.4'])
    expect(versionGuess(versionsFromString(name))).toBe(`v${name}`)
  const kraft = new Map([...versionsFromString('3.4')].filter(([key]) => ![4, 5, 6, 7, 56, 58, 67].includes(key)))
  expect(versionGuess(kraft)).toBe('between v3.3 and v3.4')
  expect(versionGuess(new Map([...versionsFromString('4.4'), [0, 14], [99, 0]]))).toBe('at least v4.4')
  expect(versionGuess(new Map())).toBe('unknown')
})

test('the answer of a real broker is recognised', () => {
  const frame = Uint8Array.from(golden['ApiVersions 4'][1].match(/../g)!, pair => Number.parseInt(pair, 16))
  const { apiKeys } = decodeResponse(ApiVersionsResponse, 4, frame).body
  expect(versionGuess(new Map(apiKeys.map(({ apiKey, maxVersion }) => [apiKey, maxVersion])))).toBe('v4.4')
})
