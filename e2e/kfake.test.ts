import { Client, type ClientOptions, type KafkaRecord, Offset } from '@milena/client-core'
import {
  type Api,
  ApiVersionsRequest,
  apis,
  DeleteTopicsRequest,
  DescribeGroupsRequest,
  type Input,
  ListGroupsRequest,
  ListOffsetsRequest,
  MetadataRequest,
  type RequestMessage,
  zeroUuid,
} from '@milena/client-core/protocol'
import { encodeBatch } from '@milena/client-core/records'
import { tcp } from '@milena/client-core/transport/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from './kafka/admin.js'
import { type CodecName, kcatMember } from './kafka/kcat.js'
import { type Kfake, startKfake } from './kafka/kfake.js'
import { Asker } from './sandbox/asker.js'

/*
 * franz-go's kfake: brokers that share no line with Kafka, with our sandbox or with us.
 */

let kfake: Kfake
/** Every API that it offers, with the versions that we share. */
let offered: { api: Api; versions: number[] }[] = []
let seededId = ''

beforeAll(async () => {
  kfake = await startKfake()
  await withClient({}, async client => {
    const { apiKeys } = await client.request(ApiVersionsRequest({ clientSoftwareName: 'milena-e2e', clientSoftwareVersion: '1' }))
    offered = apiKeys.map(({ apiKey, minVersion, maxVersion }) => {
      const api = apis.get(apiKey)
      if (!api) throw new Error(`kfake offers key ${apiKey}, which we do not know`)
      const [first, last] = api.request.versions
      const [from, to] = [Math.max(first, minVersion), Math.min(last, maxVersion)]
      return { api, versions: Array.from({ length: to - from + 1 }, (_, index) => from + index) }
    })
    const { topics } = await client.request(MetadataRequest({ topics: [{ name: 'seeded' }] }))
    seededId = topics[0].topicId
  })
})
afterAll(() => kfake?.close())

async function withClient<T>(options: Partial<ClientOptions>, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ seedBrokers: kfake.bootstrap, transport: tcp(), ...options })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

type Field = RequestMessage['fields'][string]

/** What a field is given, by its name and where the type fits; anything else gets its default or the zero of its type. */
const plausible: Readonly<Record<string, string | number | bigint>> = {
  name: 'seeded',
  topic: 'seeded',
  topicName: 'seeded',
  topicNames: 'seeded',
  resourceName: 'seeded',
  resourceType: 2,
  key: 'readers',
  coordinatorKeys: 'readers',
  groupId: 'readers',
  groups: 'readers',
  groupIds: 'readers',
  groupsNames: 'readers',
  protocolType: 'consumer',
  clientSoftwareName: 'milena-e2e',
  clientSoftwareVersion: '1',
  acks: -1,
  timeoutMs: 1000,
  sessionTimeoutMs: 6000,
  rebalanceTimeoutMs: 1000,
  transactionTimeoutMs: 1000,
  partitionMaxBytes: 1_000_000,
  maxBytes: 1_000_000,
  sessionEpoch: -1,
  replicaId: -1,
  timestamp: -1n,
  numPartitions: 1,
  replicationFactor: 1,
  mechanism: 'PLAIN',
}

/** One item in every list, so that all of the layout is on the wire. */
function body<M extends RequestMessage>(message: M, version: number): Input<M> {
  const filled = struct(message.fields, version) as Input<M>
  // What the others ask about stays.
  return message.key === DeleteTopicsRequest.key
    ? JSON.parse(
        JSON.stringify(filled)
          .replaceAll(/seeded/g, 'doomed')
          .replaceAll(seededId, zeroUuid),
      )
    : filled
}

function struct(fields: RequestMessage['fields'], version: number): Record<string, unknown> {
  const inVersion = Object.entries(fields).filter(([, { since, until, tag }]) => since <= version && version <= until && tag === undefined)
  return Object.fromEntries(inVersion.map(([name, field]) => [name, fill(name, field, version)]))
}

function fill(name: string, field: Field, version: number): unknown {
  const { type } = field
  if (type.kind === 'array') return [fill(name, { ...field, type: type.of, default: undefined }, version)]
  if (type.kind === 'struct') return struct(type.fields, version)
  if (type.kind === 'uuid') return name === 'topicId' ? seededId : zeroUuid
  if (type.kind === 'bytes') return new Uint8Array(0)
  if (type.kind === 'records') return encodeBatch([{ key: 'k', value: 'v', timestamp: 0n }], {})
  const zero = type.kind === 'string' ? '' : type.kind === 'int64' ? 0n : type.kind === 'bool' ? false : 0
  const fitting = plausible[name]
  return typeof fitting === typeof zero ? fitting : (field.default ?? zero)
}

test('every API that it offers is answered in every version that we share, and the answer can be read', async () => {
  expect(offered.length).toBeGreaterThanOrEqual(60)
  let asked = 0
  for (const { api, versions } of offered) {
    expect(versions, api.name).not.toEqual([])
    for (const version of versions) {
      for (const broker of kfake.bootstrap) {
        const asker = await Asker.dial(broker)
        try {
          await asker.ask(api.request, version, body(api.request, version))
          asked++
        } catch (error) {
          throw new Error(`${api.name} v${version} at ${broker}: ${error}`, { cause: error })
        } finally {
          asker.close()
        }
      }
    }
  }
  expect(asked).toBeGreaterThan(600)
})

test('every API that it offers finds its broker through the client', async () => {
  await withClient({}, async client => {
    const failed: string[] = []
    for (const { api, versions } of offered) {
      const request = { message: api.request, body: body(api.request, versions[versions.length - 1]) }
      await client.request(request).catch((error: Error) => failed.push(`${api.name}: ${error.message}`))
    }
    expect(failed).toEqual([])
  })
})

const codecs: CodecName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const bytes = (text: string) => new TextEncoder().encode(text)
const ours = [
  {
    key: bytes('key'),
    value: bytes('value'),
    headers: [
      { key: 'h', value: bytes('1') },
      { key: 'h', value: null },
    ],
  },
  { key: null, value: bytes('no key'), headers: [] },
  { key: bytes('tombstone'), value: null, headers: [] },
  { key: bytes(''), value: bytes(''), headers: [] },
  { key: bytes('long'), value: bytes('worth the while of a codec, '.repeat(400)), headers: [] },
]
type Plain = Pick<KafkaRecord, 'key' | 'value' | 'headers'>
const hex = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value).toString('hex'))
const shown = ({ key, value, headers }: Plain) => [hex(key), hex(value), headers.map(header => [header.key, hex(header.value)])]

test('what an idempotent producer writes in each codec is read back, byte for byte', async () => {
  for (const compression of codecs) {
    const topic = `codec-${compression}`
    await withClient({ producer: { compression, lingerMs: 50 }, allowAutoTopicCreation: true }, async client => {
      const sent = await Promise.all(ours.map(record => client.send({ topic, partition: 0, ...record })))
      expect(sent.map(({ offset }) => offset)).toEqual(ours.map((_, index) => BigInt(index)))
      expect((await client.producerId()).epoch).toBe(0)
    })
    for (const isolation of ['read_uncommitted', 'read_committed'] as const) {
      await withClient({ consumer: { isolation, partitions: { [topic]: { 0: Offset.atStart() } } } }, async client => {
        const read: KafkaRecord[] = []
        for await (const record of client.records({ signal: AbortSignal.timeout(30_000) })) {
          read.push(record.copy())
          if (read.length === ours.length) break
        }
        expect(read.map(shown), topic).toEqual(ours.map(shown))
        expect(read[0].attrs.compressionType).toBe(compression)
      })
    }
  }
})

test('offsets are listed by the leaders of all partitions', async () => {
  await withClient({}, async client => {
    await client.send({ topic: 'seeded', partition: 1, value: 'one more' })
    const partitions = [0, 1, 2].map(partitionIndex => ({ partitionIndex, timestamp: -1n }))
    const { topics } = await client.request(ListOffsetsRequest({ replicaId: -1, topics: [{ name: 'seeded', partitions }] }))
    const found = topics.flatMap(topic => topic.partitions)
    expect(found.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]).sort()).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ])
    expect(found.find(({ partitionIndex }) => partitionIndex === 1)?.offset).toBeGreaterThanOrEqual(1n)
  })
})

test('groups are listed over all brokers, and described by their coordinators', async () => {
  const groups = ['alpha', 'beta', 'gamma']
  const members = groups.map(group => kcatMember(kfake.bootstrap, group, 'seeded', { 'client.id': group }))
  try {
    await withClient({}, async client => {
      const described = async () => (await client.request(DescribeGroupsRequest({ groups, includeAuthorizedOperations: false }))).groups
      await until('all are stable', async () => (await described()).every(({ groupState }) => groupState === 'Stable'))
      expect((await described()).map(({ groupId, members }) => [groupId, members.map(({ clientId }) => clientId)]).sort()).toEqual(
        groups.map(group => [group, [group]]),
      )
      const listed = (await client.request(ListGroupsRequest({}))).groups.map(({ groupId }) => groupId)
      expect(listed).toEqual(expect.arrayContaining(groups))
    })
  } finally {
    await Promise.all(members.map(member => member.stop()))
  }
})
