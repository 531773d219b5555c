import { expect, test } from 'vitest'
import { type Definition, definitionsOf, versionRange } from './testing/definitions.js'
import { versionsFromString } from './versions.js'

/** The highest stable version of each request that brokers (not only controllers) of a release listen for. */
function highest(definitions: Iterable<Definition>): Map<number, number> {
  const entries = [...definitions].flatMap(({ type, apiKey, validVersions, latestVersionUnstable, listeners }): [number, number][] => {
    const range = versionRange(validVersions)
    if (type !== 'request' || apiKey === undefined || range === undefined) return []
    if (listeners !== undefined && !listeners.some(listener => listener === 'broker' || listener === 'zkBroker')) return []
    const last = latestVersionUnstable === true ? range.last - 1 : range.last
    return last < range.first ? [] : [[apiKey, last]]
  })
  return new Map(entries.sort(([a], [b]) => a - b))
}

test.each([
  ['2.2', '2.2.2'],
  ['3.9', '3.9.2'],
  ['4.4', '4.4.0'],
])(
  'our table of %s is what its jar says',
  async (release, version) => {
    const ours = new Map([...versionsFromString(release)].sort(([a], [b]) => a - b))
    expect(ours).toEqual(highest((await definitionsOf(version)).values()))
  },
  300_000,
)
