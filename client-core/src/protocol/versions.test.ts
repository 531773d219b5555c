import { expect, test } from 'vitest'
import { decodeResponse } from './frame.js'
import { ApiVersionsResponse } from './index.js'
import { golden } from './testing/golden.js'
import { stableVersions, versionGuess, versionsFromString } from './versions.js'

const releases = (
  '0.8.0 0.8.1 0.8.2 0.9 0.10.0 0.10.1 0.10.2 0.11 1.0 1.1 2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 ' +
  '3.0 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 3.9 4.0 4.1 4.2 4.3 4.4'
).split(' ')

test('a release is named with or without v, with or without its patch number', () => {
  for (const name of ['3.9', 'v3.9', '3.9.0', ' 3.9.2 ']) expect(versionsFromString(name)).toBe(versionsFromString('3.9'))
  expect(versionsFromString('0.10.2.2')).toBe(versionsFromString('0.10.2'))
  expect(versionsFromString('0.11.0.3')).toBe(versionsFromString('0.11'))
  expect(versionsFromString('0.9.0.1')).toBe(versionsFromString('0.9'))
})

test.each(['', '9.9', '3', 'latest', '3.9.x', '3.9.1.2.3', '0.10'])('%j is not a release', name => {
  expect(() => versionsFromString(name)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('0.8.0 to 4.4') }),
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

test.each(releases)('the guess of what %s speaks is that release', name => {
  expect(versionGuess(versionsFromString(name))).toBe(`v${name}`)
})

test.each(releases)(
  'a broker of %s that leaves out what depends on its mode and its plugins is guessed as it, or between it and its neighbours',
  name => {
    const at = releases.indexOf(name)
    const modes = { zookeeper: [55, 57, 58, 64, 67, 71, 72, 80, 81], kraft: [4, 5, 6, 7, 56, 58, 67, 71, 72] }
    for (const left of Object.values(modes)) {
      if (left === modes.kraft && at < releases.indexOf('2.8')) continue
      const guess = versionGuess(new Map([...versionsFromString(name)].filter(([key]) => !left.includes(key))))
      const [, from, to = from] = /^(?:between )?v([\d.]+)(?: and v([\d.]+))?$/.exec(guess)!
      expect([name, guess, releases.indexOf(from) <= at && at <= releases.indexOf(to)]).toEqual([name, guess, true])
    }
  },
)

test('a broker that knows more than a release and less than the next is at least that release', () => {
  for (const name of releases.slice(3)) {
    const beyond = new Map([...versionsFromString(name), [999, 0]])
    expect(versionGuess(beyond)).toBe(`at least v${name}`)
  }
})

/** Asked of real brokers: the highest Produce and Fetch, and how many APIs. */
test.each([
  ['4.4', 13, 18, 77],
  ['4.1', 13, 18, 73],
  ['4.0', 12, 17, 61],
  ['2.4', 8, 11, 48],
  ['2.0', 6, 8, 43],
  ['1.1', 5, 7, 43],
  ['1.0', 5, 6, 38],
  ['0.11', 3, 5, 34],
  ['0.10.2', 2, 3, 21],
])('a broker of %s offers Produce up to %i, Fetch up to %i and %i APIs', (name, produce, fetch, count) => {
  const versions = versionsFromString(name)
  const [telemetry, push] = [71, 72]
  expect([versions.get(0), versions.get(1), [...versions.keys()].filter(key => key !== telemetry && key !== push).length]).toEqual([
    produce,
    fetch,
    count,
  ])
})

test('stable is the newest release', () => {
  expect(stableVersions()).toBe(versionsFromString(releases.at(-1)!))
})

test('the answer of a real broker is recognised', () => {
  const frame = Uint8Array.from(golden['ApiVersions 4'][1].match(/../g)!, pair => Number.parseInt(pair, 16))
  const { apiKeys } = decodeResponse(ApiVersionsResponse, 4, frame).body
  expect(versionGuess(new Map(apiKeys.map(({ apiKey, maxVersion }) => [apiKey, maxVersion])))).toBe('v4.4')
})
