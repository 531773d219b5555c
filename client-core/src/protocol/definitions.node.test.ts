import { beforeAll, describe, expect, test } from 'vitest'
import { apis } from './apis.js'
import * as messages from './data/index.js'
import { isFlexible, type Message } from './message.js'
import { type Definition, definitionsOf, type Range, versionRange, within } from './testing/definitions.js'
import { type FieldAt, kafkaLayout, ourLayout } from './testing/layout.js'

/** 4.4.0 is what the tables follow; 3.9.2 still has the versions that 4.0 dropped; 2.2.2 is the first whose jar carries definitions. */
const [newest, before4, oldest] = ['4.4.0', '3.9.2', '2.2.2']
const renamed: Record<string, string> = {
  ListConfigResourcesRequest: 'ListClientMetricsResourcesRequest',
  ListConfigResourcesResponse: 'ListClientMetricsResourcesResponse',
  ListOffsetsRequest: 'ListOffsetRequest',
  ListOffsetsResponse: 'ListOffsetResponse',
  ElectLeadersRequest: 'ElectPreferredLeadersRequest',
  ElectLeadersResponse: 'ElectPreferredLeadersResponse',
}
const ours: readonly Message[] = [...apis.values()].flatMap(({ request, response }) => [request, response])

let kafka: Map<string, Map<string, Definition>>
beforeAll(async () => {
  const versions = [newest, before4, oldest]
  const definitions = await Promise.all(versions.map(version => definitionsOf(version)))
  kafka = new Map(versions.map((version, i) => [version, definitions[i]]))
}, 300_000)

function definition(of: string, name: string): Definition | undefined {
  const known = kafka.get(of)!
  return known.get(name) ?? known.get(renamed[name])
}
const valid = (of: string, name: string): Range | undefined => versionRange(definition(of, name)?.validVersions)

/** What differs between two layouts, as sentences that name message, version and field. */
function differences(
  message: Message,
  version: number,
  theirs: readonly FieldAt[],
  compare: (field: FieldAt) => string,
  mine = ourLayout(message, version),
): string[] {
  return Array.from({ length: Math.max(mine.length, theirs.length) }, (_, i) => {
    const [a, b] = [mine[i], theirs[i]]
    if (a !== undefined && b !== undefined && compare(a) === compare(b)) return []
    return [
      `${message.name} v${version} ${(b ?? a).path}: Kafka has ${b ? compare(b) : 'nothing'}, our table ${a ? compare(a) : 'nothing'}`,
    ]
  }).flat()
}
const everything = (field: FieldAt) => JSON.stringify(field, (_, value) => value ?? null)
const withoutIgnorable = ({ ignorable: _, ...field }: FieldAt) => JSON.stringify(field, (_, value) => value ?? null)
/** Names changed over the years, and early definitions called records bytes; neither shows on the wire. */
const wire = ({ type, nullable, tag, path }: FieldAt) =>
  JSON.stringify([type.replace('records', 'bytes'), nullable, tag, path.split('.').length])
/** Tags may come to a version that is long in use: who does not know them steps over them. */
function withoutNewTags(mine: readonly FieldAt[], theirs: readonly FieldAt[]): FieldAt[] {
  const added = mine.filter(({ tag, path }) => tag !== undefined && !theirs.some(their => their.path === path)).map(({ path }) => path)
  return mine.filter(
    ({ path }) => !added.some(tagged => path === tagged || path.startsWith(`${tagged}.`) || path.startsWith(`${tagged}[]`)),
  )
}
const versionsOf = ({ versions: [first, last] }: Message) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

describe(`our tables against Kafka ${newest}`, () => {
  test('every request and response of the protocol has a table', () => {
    const theirs = [...kafka.get(newest)!.values()].filter(({ type }) => type === 'request' || type === 'response').map(({ name }) => name)
    expect(ours.map(({ name }) => name).sort()).toEqual(theirs.sort())
  })
  test('keys, kinds, last versions, flexible versions', () => {
    for (const message of ours) {
      const live = valid(newest, message.name) !== undefined
      const theirs = definition(live ? newest : before4, message.name)!
      expect([message.name, message.key, message.kind, message.versions[1]]).toEqual([
        message.name,
        definition(newest, message.name)!.apiKey,
        theirs.type,
        versionRange(theirs.validVersions)!.last,
      ])
      const flexible = versionRange(theirs.flexibleVersions)
      for (const version of versionsOf(message)) {
        expect([message.name, version, isFlexible(message, version)]).toEqual([message.name, version, within(flexible, version)])
      }
      const unstable = definition(newest, message.name.replace(/Response$/, 'Request'))!.latestVersionUnstable === true
      expect([message.name, message.lastUnstable === true]).toEqual([message.name, unstable])
    }
  })
  test('every field of every version: name, type, order, nullability, default, tag, ignorable', () => {
    const found = ours.flatMap(message => {
      const range = valid(newest, message.name)
      const versions = versionsOf(message).filter(version => within(range, version))
      return versions.flatMap(version => differences(message, version, kafkaLayout(definition(newest, message.name)!, version), everything))
    })
    expect(found).toEqual([])
  })
})

describe(`versions that Kafka 4 dropped, against ${before4}`, () => {
  test('no version is missing', () => {
    for (const message of ours) {
      const ranges = [newest, before4, oldest].map(of => valid(of, message.name)?.first ?? Number.POSITIVE_INFINITY)
      expect([message.name, message.versions[0]]).toEqual([message.name, Math.min(...ranges)])
    }
  })
  test('every field of every dropped version', () => {
    const dropped = ours.flatMap(message => {
      const [now, then] = [valid(newest, message.name), valid(before4, message.name)]
      return versionsOf(message)
        .filter(version => !within(now, version) && within(then, version))
        .map(version => ({ message, version }))
    })
    expect(dropped.length).toBeGreaterThan(100)
    const found = dropped.flatMap(({ message, version }) =>
      differences(message, version, kafkaLayout(definition(before4, message.name)!, version), withoutIgnorable),
    )
    expect(found).toEqual([])
  })
})

/** Share groups were a preview then, and changed. */
const preview = 'ShareGroup'
/** An index beside a log, never sent. */
const onDisk = ['AbortedTxn']
/** Drawn up by Java code, not by definitions: see `data/` for where their layouts are from. */
const undefinedByKafka = ['StickyAssignorUserData', 'CooperativeStickyAssignorUserData', 'ConnectMemberMetadata', 'ConnectMemberAssignment']
const data = new Map<string, Message>(Object.entries(messages))

function compared(known: ReadonlyMap<string, Definition>, types: readonly string[]): string[] {
  return [...known.values()]
    .filter(({ name, type }) => types.includes(type) && !onDisk.includes(name))
    .flatMap(theirs => {
      const message = data.get(theirs.name.replace('Legacy', ''))
      if (message === undefined) return [`${theirs.name} has no table`]
      const { first, last } = versionRange(theirs.validVersions)!
      if (!theirs.name.startsWith('Legacy'))
        expect([message.name, message.kind, message.versions]).toEqual([theirs.name, 'data', [first, last]])
      return versionsOf(message)
        .filter(version => version <= last)
        .flatMap(version => {
          expect(isFlexible(message, version)).toBe(within(versionRange(theirs.flexibleVersions), version))
          return differences(message, version, kafkaLayout(theirs, version), everything)
        })
    })
}

describe('what travels inside messages or inside records', () => {
  test('every message that the clients define', () => {
    expect(compared(kafka.get(newest)!, ['data'])).toEqual([])
  })
  test.each([
    ['kafka-group-coordinator', 44],
    ['kafka-share-coordinator', 4],
    ['kafka-transaction-coordinator', 2],
  ])(
    'every key and value that %s writes',
    async (artifact, count) => {
      const known = await definitionsOf(newest, artifact)
      expect(known.size).toBe(count)
      expect(compared(known, ['coordinator-key', 'coordinator-value'])).toEqual([])
    },
    300_000,
  )
  test('no table is of our own making', async () => {
    const artifacts = ['kafka-clients', 'kafka-group-coordinator', 'kafka-share-coordinator', 'kafka-transaction-coordinator']
    const known = await Promise.all(artifacts.map(artifact => definitionsOf(newest, artifact)))
    const names = new Set([...known.flatMap(one => [...one.keys()]), ...undefinedByKafka])
    expect([...data.keys()].filter(name => !names.has(name))).toEqual([])
  }, 300_000)
  test.each([
    ['2.8.2', 'kafka_2.13', 6],
    [before4, 'kafka-group-coordinator', 16],
    [before4, 'kafka-transaction-coordinator', 2],
  ])(
    'no version that %s has in %s went missing',
    async (version, artifact, count) => {
      const known = [...(await definitionsOf(version, artifact)).values()].filter(({ name }) => data.has(name) && !name.startsWith(preview))
      expect(known.length).toBe(count)
      const found = known.flatMap(theirs => {
        const message = data.get(theirs.name)!
        const range = versionRange(theirs.validVersions)!
        // Keys had a version for each number in front of them, all alike.
        const last = theirs.name.endsWith('Key') ? 0 : range.last
        return Array.from({ length: last + 1 }, (_, one) => {
          const then = kafkaLayout(theirs, Math.max(one, range.first))
          return differences(message, one, then, wire, withoutNewTags(ourLayout(message, one), then))
        }).flat()
      })
      expect(found).toEqual([])
    },
    300_000,
  )
})

test(`the bytes of every version that ${oldest} knows are laid out as then`, () => {
  const known = ours.filter(message => valid(oldest, message.name) !== undefined)
  expect(known.length).toBe(88)
  const found = known.flatMap(message =>
    versionsOf(message)
      .filter(version => within(valid(oldest, message.name), version))
      .flatMap(version => differences(message, version, kafkaLayout(definition(oldest, message.name)!, version), wire)),
  )
  expect(found).toEqual([])
})
