import { ClientError } from '../error.js'

/**
 * What each release of Kafka changed: the highest version by API key, and the keys that went. Taken from the definitions (2.2 and later) or the
 * class `ApiKeys` (before) of its kafka-clients jar, for 0.8.0 and 0.8.1 from `RequestKeys` of the broker's; brokers of either kind, with ZooKeeper or KRaft, are one here. A last version that is still
 * unstable does not count.
 */
const releases: readonly (readonly [name: string, changed: Readonly<Record<number, number>>, gone?: readonly number[]])[] = [
  ['0.8.0', { 0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0 }],
  ['0.8.1', { 8: 0, 9: 0 }],
  ['0.8.2', { 8: 1, 9: 1, 10: 0 }],
  ['0.9', { 0: 1, 1: 1, 6: 1, 7: 1, 8: 2, 11: 0, 12: 0, 13: 0, 14: 0, 15: 0, 16: 0 }],
  ['0.10.0', { 0: 2, 1: 2, 3: 1, 6: 2, 17: 0, 18: 0 }],
  ['0.10.1', { 1: 3, 2: 1, 3: 2, 11: 1, 19: 0, 20: 0 }],
  ['0.10.2', { 6: 3, 9: 2, 19: 1 }],
  [
    '0.11',
    {
      0: 3,
      1: 5,
      2: 2,
      3: 4,
      8: 3,
      9: 3,
      10: 1,
      11: 2,
      12: 1,
      13: 1,
      14: 1,
      15: 1,
      16: 1,
      18: 1,
      19: 2,
      20: 1,
      21: 0,
      22: 0,
      23: 0,
      24: 0,
      25: 0,
      26: 0,
      27: 0,
      28: 0,
      29: 0,
      30: 0,
      31: 0,
      32: 0,
      33: 0,
    },
  ],
  ['1.0', { 0: 5, 1: 6, 3: 5, 4: 1, 6: 4, 17: 1, 34: 0, 35: 0, 36: 0, 37: 0 }],
  ['1.1', { 1: 7, 32: 1, 38: 0, 39: 0, 40: 0, 41: 0, 42: 0 }],
  [
    '2.0',
    {
      0: 6,
      1: 8,
      2: 3,
      3: 6,
      8: 4,
      9: 4,
      10: 2,
      11: 3,
      12: 2,
      13: 2,
      14: 2,
      15: 2,
      16: 2,
      18: 2,
      19: 3,
      20: 2,
      21: 1,
      22: 1,
      23: 1,
      24: 1,
      25: 1,
      26: 1,
      28: 1,
      29: 1,
      30: 1,
      31: 1,
      32: 2,
      33: 1,
      34: 1,
      35: 1,
      37: 1,
      38: 1,
      39: 1,
      40: 1,
      41: 1,
      42: 1,
    },
  ],
  ['2.1', { 0: 7, 1: 10, 2: 4, 3: 7, 8: 6, 9: 5, 20: 3, 23: 2, 28: 2 }],
  ['2.2', { 2: 5, 4: 2, 5: 1, 6: 5, 7: 2, 11: 4, 36: 1, 43: 0 }],
  ['2.3', { 1: 11, 3: 8, 8: 7, 11: 5, 12: 3, 14: 3, 15: 3, 23: 3, 44: 0 }],
  [
    '2.4',
    {
      0: 8,
      3: 9,
      4: 4,
      5: 2,
      6: 6,
      7: 3,
      8: 8,
      9: 6,
      10: 3,
      11: 6,
      12: 4,
      13: 4,
      14: 4,
      15: 5,
      16: 3,
      18: 3,
      19: 5,
      20: 4,
      22: 2,
      38: 2,
      42: 2,
      43: 2,
      44: 1,
      45: 0,
      46: 0,
      47: 0,
    },
  ],
  ['2.5', { 9: 7, 11: 7, 14: 5, 22: 3, 28: 3, 29: 2, 30: 2, 31: 2, 36: 2, 37: 2, 39: 2, 40: 2, 41: 2 }],
  ['2.6', { 5: 3, 16: 4, 21: 2, 32: 3, 35: 2, 48: 0, 49: 0 }],
  ['2.7', { 1: 12, 19: 6, 20: 5, 22: 4, 24: 2, 25: 2, 26: 2, 37: 3, 50: 0, 51: 0, 56: 0, 57: 0 }],
  [
    '2.8',
    {
      0: 9,
      2: 6,
      3: 11,
      4: 5,
      6: 7,
      19: 7,
      20: 6,
      23: 4,
      24: 3,
      25: 3,
      26: 3,
      27: 1,
      32: 4,
      33: 2,
      34: 2,
      48: 1,
      49: 1,
      55: 0,
      60: 0,
      61: 0,
      64: 0,
    },
  ],
  ['3.0', { 2: 7, 9: 8, 10: 4, 65: 0, 66: 0, 67: 0 }, [64]],
  ['3.1', { 1: 13, 3: 12 }],
  ['3.2', { 4: 6, 11: 9, 13: 5, 35: 3, 56: 1 }],
  ['3.3', { 29: 3, 30: 3, 31: 3, 35: 4, 38: 3, 41: 3, 55: 1, 56: 2, 57: 1, 64: 0 }],
  ['3.4', { 4: 7, 5: 4, 6: 8, 58: 0 }],
  ['3.5', { 1: 15, 2: 8, 56: 3 }],
  ['3.6', { 24: 4 }],
  ['3.7', { 0: 10, 1: 16, 8: 9, 9: 9, 60: 1, 68: 0, 71: 0, 72: 0, 74: 0 }],
  ['3.8', { 0: 11, 10: 5, 16: 5, 22: 5, 24: 5, 25: 4, 26: 4, 28: 4, 66: 1, 69: 0, 75: 0 }],
  ['3.9', { 1: 17, 2: 9, 10: 6, 18: 4, 55: 2, 80: 0, 81: 0 }],
  ['4.0', { 0: 12, 2: 10, 3: 13, 15: 6, 26: 5, 28: 5, 57: 2, 60: 2, 68: 1, 69: 1 }, [4, 5, 6, 7, 56, 58, 67]],
  ['4.1', { 0: 13, 1: 18, 45: 1, 66: 2, 74: 1, 76: 1, 77: 1, 78: 1, 79: 1, 83: 0, 84: 0, 85: 0, 86: 0, 87: 0, 90: 0, 91: 0, 92: 0 }],
  ['4.2', { 2: 11, 8: 10, 9: 10, 27: 2, 78: 2, 79: 2, 80: 1, 85: 1, 87: 1, 88: 0, 89: 0, 90: 1 }],
  ['4.3', { 35: 5 }],
  ['4.4', { 18: 5, 28: 6, 42: 3, 88: 1, 89: 1, 93: 0, 94: 0 }],
]

const tables: ReadonlyMap<string, ReadonlyMap<number, number>> = new Map(accumulate())

function* accumulate(): Generator<[string, ReadonlyMap<number, number>]> {
  let before: ReadonlyMap<number, number> = new Map()
  for (const [name, changed, gone = []] of releases) {
    const now = new Map([...before, ...Object.entries(changed).map(([key, max]): [number, number] => [Number(key), max])])
    for (const key of gone) now.delete(key)
    yield [name, now]
    before = now
  }
}

/**
 * The highest version of each API that a release of Kafka speaks: `3.9`, `v3.9`, `3.9.1`, `0.10.2.2`. Good for holding a client to what an older
 * cluster knows. Throws `INVALID_OPTION` for a release that is not in our table.
 */
export function versionsFromString(release: string): ReadonlyMap<number, number> {
  const parts = release.trim().replace(/^v/i, '').split('.')
  // Before 1.0 the second number is the major one: 0.10.2.1 is the release 0.10.2, while 0.9.0.1 and 0.11.0.3 are 0.9 and 0.11.
  const table = tables.get(parts.slice(0, 3).join('.')) ?? tables.get(parts.slice(0, 2).join('.'))
  if (table !== undefined && parts.length <= 4 && parts.every(part => /^\d+$/.test(part))) return table
  const names = [...tables.keys()]
  throw new ClientError('INVALID_OPTION', `'${release}' is not a release of Kafka that is known here: ${names[0]} to ${names.at(-1)}`)
}

/** The highest version of each API that the newest release known here speaks: what a client may hold itself to, as kgo does. */
export function stableVersions(): ReadonlyMap<number, number> {
  return tables.get(releases[releases.length - 1][0])!
}

/** The releases that have an API: `0.11 and later`, `0.8.0 to 3.9`; undefined where none has. */
export function releasesWith(key: number): string | undefined {
  const having = [...tables].filter(([, table]) => table.has(key)).map(([name]) => name)
  if (having.length === 0) return undefined
  return `${having[0]} ${tables.get([...tables.keys()].at(-1)!)!.has(key) ? 'and later' : `to ${having.at(-1)}`}`
}

/**
 * Which release speaks these versions (highest by API key, as a broker's ApiVersions answer gives them): `v3.9`; `between v3.3 and v3.4` where
 * the difference does not show, `at least v4.4` for what fits none, `unknown` for what is older than all or no broker of Kafka's.
 */
export function versionGuess(versions: ReadonlyMap<number, number>): string {
  const fitting = bestFits(versions)
  if (fitting.length === 1) return `v${fitting[0]}`
  if (fitting.length > 1) return `between v${fitting[0]} and v${fitting.at(-1)}`
  const reached = [...tables].filter(([, table]) =>
    [...table].every(([key, max]) => (versions.get(key) ?? (mayMiss(key) ? max : -1)) >= max),
  )
  return reached.length > 0 ? `at least v${reached.at(-1)![0]}` : 'unknown'
}

/** Releases that know everything that was given, at the same versions; of those, the ones that know the least beyond it. */
function bestFits(versions: ReadonlyMap<number, number>): string[] {
  if (versions.size === 0) return []
  const fits = [...tables].filter(([, table]) => [...versions].every(([key, max]) => table.get(key) === max))
  const beyond = ([, table]: [string, ReadonlyMap<number, number>]) =>
    [...table.keys()].filter(key => !versions.has(key) && !mayMiss(key)).length
  const least = Math.min(...fits.map(beyond))
  return fits.filter(fit => beyond(fit) === least).map(([name]) => name)
}

/** Only ZooKeeper's brokers have 4-7, only KRaft's 55-67, and the rest depends on plugins and settings. */
const sometimes = new Set([4, 5, 6, 7, 55, 56, 57, 58, 64, 67, 71, 72, 80, 81])
const mayMiss = (key: number): boolean => sometimes.has(key)
