import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, type ClientOptions, type KafkaRecord, Offset } from '@milena/client-core'
import * as protocol from '@milena/client-core/protocol'
import {
  DescribeGroupsRequest,
  type KafkaRequest,
  ListGroupsRequest,
  ListOffsetsRequest,
  MetadataRequest,
  type RequestMessage,
  versionGuess,
  versionsFromString,
} from '@milena/client-core/protocol'
import { tcp } from '@milena/client-core/transport/node'
import { describe, expect, test } from 'vitest'
import { until } from './kafka/admin.js'
import { type CodecName, kcatConsume, kcatMember, kcatProduce } from './kafka/kcat.js'
import type { Settings } from './kafka/settings.js'
import { useKafka } from './kafka/use.js'
import { ask, Body } from './kafka/wire.js'
import { olderBrokers } from './scripts/jars.mjs'

/*
 * Brokers of every generation of the protocol: the same client, held to nothing, finds out what each speaks. Before 0.10 a broker cannot be asked,
 * so that one has to say what it is.
 */

const isBefore = (release: string, other: string) => release.localeCompare(other, undefined, { numeric: true }) < 0

const codecsOf = (release: string): CodecName[] => ['none', 'gzip', 'snappy', 'lz4', ...(isBefore(release, '2.1') ? [] : ['zstd' as const])]

/** Brokers refuse an asker without a name. */
const apiVersions = protocol.ApiVersionsRequest({ clientSoftwareName: 'milena-e2e', clientSoftwareVersion: '1' })

/** As our table of releases calls it: before 1.0 the second number was the major one. */
const nameOf = (release: string) =>
  release
    .split('.')
    .slice(0, /^0\.(8|10)\./.test(release) ? 3 : 2)
    .join('.')

/** What nobody knew at that time, and the release that brought it. */
function tooNew(release: string): [since: string, request: KafkaRequest<RequestMessage>] {
  const group = { groupIds: ['g'], includeAuthorizedOperations: false }
  if (isBefore(release, '0.10.1')) return ['0.10.1', protocol.CreateTopicsRequest({ topics: [], timeoutMs: 1000 })]
  if (isBefore(release, '0.11')) return ['0.11', protocol.InitProducerIdRequest({ transactionalId: null, transactionTimeoutMs: 1000 })]
  if (isBefore(release, '1.1')) return ['1.1', protocol.DescribeDelegationTokenRequest({ owners: null })]
  if (isBefore(release, '2.4')) return ['2.4', protocol.ListPartitionReassignmentsRequest({ timeoutMs: 1000, topics: null })]
  if (isBefore(release, '2.8')) return ['2.8', protocol.DescribeClusterRequest({ includeClusterAuthorizedOperations: false })]
  if (isBefore(release, '3.8')) return ['3.8', protocol.ConsumerGroupDescribeRequest(group)]
  if (isBefore(release, '4.1')) return ['4.1', protocol.ShareGroupDescribeRequest(group)]
  return ['4.2', protocol.StreamsGroupDescribeRequest(group)]
}

/** A test where it makes sense; elsewhere there is none, rather than one that is skipped. */
const testIf = (holds: boolean) => (name: string, work: () => Promise<void>) => {
  if (holds) test(name, work)
}

/** To a broker that cannot be asked one says what it is; kcat too. */
const pinned = (release: string): Partial<ClientOptions> => (isBefore(release, '0.10') ? { maxVersions: versionsFromString(release) } : {})
const kcatSettings = (release: string): Record<string, string> =>
  isBefore(release, '0.10') ? { 'api.version.request': 'false', 'broker.version.fallback': release.split('.').slice(0, 3).join('.') } : {}

const bytes = (text: string) => new TextEncoder().encode(text)
const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index)
const long = bytes('worth the while of a codec, '.repeat(400))
const ours: { key: Uint8Array | null; value: Uint8Array | null }[] = [
  { key: bytes('key'), value: bytes('value') },
  { key: null, value: bytes('no key') },
  { key: bytes('tombstone'), value: null },
  { key: bytes(''), value: bytes('') },
  { key: null, value: null },
  { key: everyByte, value: everyByte },
  { key: bytes('long'), value: long },
]
const theirs = ours.filter(({ key, value }) => value !== null && key?.length !== 0)

const hex = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value).toString('hex'))
const shown = ({ key, value }: { key: Uint8Array | null; value: Uint8Array | null }) => [hex(key), hex(value)]

async function withClient<T>(bootstrap: readonly string[], options: Partial<ClientOptions>, work: (client: Client) => Promise<T>) {
  const client = new Client({ seedBrokers: bootstrap, transport: tcp(), ...options })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** Reads so many records of each partition, from the offsets that are given. */
async function read(
  bootstrap: readonly string[],
  options: Partial<ClientOptions>,
  topic: string,
  from: Record<number, Offset>,
  count: number,
): Promise<Map<number, KafkaRecord[]>> {
  const consumer = { ...options.consumer, partitions: { [topic]: from }, fetchMaxWaitMs: 200 }
  return withClient(bootstrap, { ...options, consumer }, async client => {
    const records = new Map<number, KafkaRecord[]>(Object.keys(from).map(partition => [Number(partition), []]))
    while ([...records.values()].some(read => read.length < count)) {
      const fetches = await client.pollFetches({ signal: AbortSignal.timeout(30_000) })
      for (const { error } of fetches.errors()) throw error
      fetches.eachRecord(record => records.get(record.partition)?.push(record.copy()))
    }
    return records
  })
}

describe.each(olderBrokers)('Kafka $release, ZooKeeper: $zookeeper', ({ release, zookeeper }) => {
  const codecs = codecsOf(release)
  // The only way to a topic of several partitions that all of these know is that brokers make topics by themselves.
  const kafka = useKafka({ release, zookeeper, warm: false, settings: { 'num.partitions': codecs.length } })
  const options = pinned(release)
  const settings = kcatSettings(release)
  const partitions = <T>(value: (partition: number) => T) => Object.fromEntries(codecs.map((_, partition) => [partition, value(partition)]))

  test('it says what it is, and what its cluster is', async () => {
    await withClient(kafka().bootstrap, options, async client => {
      const metadata = await client.request(MetadataRequest({ topics: null }))
      expect(metadata.brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`])).toEqual([[1, kafka().broker(1).address]])
      expect(client.discoveredBrokers().map(({ nodeId }) => nodeId)).toEqual([1])
      if (isBefore(release, '0.10')) return
      const { apiKeys } = await client.request(apiVersions)
      const guess = versionGuess(new Map(apiKeys.map(({ apiKey, maxVersion }) => [apiKey, maxVersion])))
      expect(guess).toContain(nameOf(release))
    })
  })

  test('what we write in each codec we read back, and kcat does, byte for byte', async () => {
    for (const [partition, codec] of codecs.entries()) {
      const producer = { compression: codec, lingerMs: 50 }
      await withClient(kafka().bootstrap, { ...options, producer, allowAutoTopicCreation: true }, async client => {
        const sent = await Promise.all(ours.map(record => client.send({ topic: 'ours', partition, ...record })))
        expect(sent.map(({ offset }) => offset)).toEqual(ours.map((_, index) => BigInt(index)))
        const { epoch } = await client.producerId()
        expect(epoch).toBe(isBefore(release, '0.11') ? -1 : 0)
      })
    }
    const back = await read(
      kafka().bootstrap,
      options,
      'ours',
      partitions(() => Offset.atStart()),
      ours.length,
    )
    const kcat = await kcatConsume(kafka().bootstrap, 'ours', { settings })
    for (const [partition, codec] of codecs.entries()) {
      expect(back.get(partition)?.map(shown), codec).toEqual(ours.map(shown))
      expect(back.get(partition)?.at(-1)?.attrs.compressionType, codec).toBe(codec)
      expect(kcat.filter(record => record.partition === partition).map(shown), codec).toEqual(ours.map(shown))
    }
  })

  test('what kcat writes in each codec we read, byte for byte', async () => {
    for (const [partition, codec] of codecs.entries())
      await kcatProduce(kafka().bootstrap, 'kcat', theirs, { codec, partition, settings: { ...settings, 'linger.ms': 50 } })
    const back = await read(
      kafka().bootstrap,
      options,
      'kcat',
      partitions(() => Offset.atStart()),
      theirs.length,
    )
    for (const [partition, codec] of codecs.entries()) expect(back.get(partition)?.map(shown), codec).toEqual(theirs.map(shown))
  })

  test('a reader begins at the start, at the end, at an offset, and after a time where the broker keeps times', async () => {
    const topic = 'times'
    // Of this minute: what is older than its retention goes.
    const now = BigInt(Date.now())
    const times = [now - 3000n, now - 2000n, now - 1000n]
    const timed = { ...options, producer: { lingerMs: 0 }, allowAutoTopicCreation: true }
    const write = (value: string, timestamp?: bigint) =>
      withClient(kafka().bootstrap, timed, client => client.send({ topic, partition: 0, value, timestamp }))
    for (const timestamp of times) await write(String(timestamp), timestamp)
    const first = async (offset: Offset) => {
      const [record] = (await read(kafka().bootstrap, options, topic, { 0: offset }, 1)).get(0) ?? []
      return record.offset
    }
    expect(await first(Offset.atStart())).toBe(0n)
    expect(await first(Offset.at(1n))).toBe(1n)
    expect(await first(Offset.atEnd().relative(-1n))).toBe(2n)
    if (!isBefore(release, '0.10.1')) expect(await first(Offset.afterMilli(times[0] + 1n))).toBe(1n)
    const ends = await withClient(kafka().bootstrap, options, client =>
      Promise.all(
        [-2n, -1n].map(timestamp =>
          client.request(ListOffsetsRequest({ replicaId: -1, topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }] })),
        ),
      ),
    )
    const offsets = ends.map(
      ({
        topics: [
          {
            partitions: [found],
          },
        ],
      }) => (isBefore(release, '0.10.1') ? found.oldStyleOffsets[0] : found.offset),
    )
    expect(offsets).toEqual([0n, 3n])
  })

  test('a reader of committed records alone reads all of what has no transactions', async () => {
    const committed = { ...options, consumer: { isolation: 'read_committed' as const } }
    const back = await read(kafka().bootstrap, committed, 'ours', { 0: Offset.atStart() }, ours.length)
    expect(back.get(0)?.map(shown)).toEqual(ours.map(shown))
  })

  testIf(!isBefore(release, '0.9'))('groups are listed and described', async () => {
    const member = kcatMember(kafka().bootstrap, 'readers', 'kcat', { 'client.id': 'a member', ...settings })
    try {
      await withClient(kafka().bootstrap, options, async client => {
        const describeReaders = async () => {
          const { groups } = await client.request(DescribeGroupsRequest({ groups: ['readers'] }))
          return groups[0]
        }
        await until('the group is stable', async () => (await describeReaders()).groupState === 'Stable')
        expect(await describeReaders()).toMatchObject({
          errorCode: 0,
          groupId: 'readers',
          protocolType: 'consumer',
          members: [{ clientId: 'a member' }],
        })
        const { groups } = await client.request(ListGroupsRequest({}))
        expect(groups.map(({ groupId, protocolType }) => [groupId, protocolType])).toEqual([['readers', 'consumer']])
      })
    } finally {
      await member.stop()
    }
  })

  test('what is too new for it is refused by name, with what is needed and what was found', async () => {
    await withClient(kafka().bootstrap, options, async client => {
      const [since, request] = tooNew(release)
      const error = await client.request(request).catch(error => error)
      expect(error.message).toContain(`v${nameOf(release)}`)
      expect(error).toMatchObject({
        code: 'UNSUPPORTED_VERSION',
        message: expect.stringContaining(`${request.message.api} is in Kafka ${since}`),
      })
    })
  })

  testIf(isBefore(release, '0.10'))('whoever does not say what it is is told how to', async () => {
    await withClient(kafka().bootstrap, { requestTimeoutOverheadMs: 1000, requestRetries: 1 }, async client => {
      const error = await client.ping().catch(error => error)
      // 0.8 hangs up on what it does not know, 0.9 says nothing.
      expect(error.code).toBe(isBefore(release, '0.9') ? 'FIRST_READ_EOF' : 'REQUEST_TIMEOUT')
      expect(error.message).toContain("older than Kafka 0.10, which needs maxVersions: versionsFromString('0.9')")
    })
  })

  testIf(!isBefore(release, '4.0'))(
    'it offers Produce from the first version on, is not sent the first three, and would hang up on them',
    async () => {
      const { apiKeys } = await withClient(kafka().bootstrap, {}, client => client.request(apiVersions))
      expect(apiKeys.find(({ apiKey }) => apiKey === protocol.ProduceRequest.key)?.minVersion).toBe(0)
      const old = {
        maxVersions: new Map([...apiKeys.map(({ apiKey, maxVersion }): [number, number] => [apiKey, maxVersion]), [0, 2]] as const),
      }
      await withClient(kafka().bootstrap, old, async client => {
        const error = await client.send({ topic: 'ours', value: 'never sent' }).catch(error => error)
        expect(error).toMatchObject({ code: 'UNSUPPORTED_VERSION', message: expect.stringContaining('we want version 0 to 2, broker 1') })
      })
      await expect(ask(kafka().broker(1), { key: 0, version: 2, body: new Body().int16(-1).int32(1000).int32(0) })).rejects.toThrow(
        'closed',
      )
    },
  )
})

/** Brokers that store, and so give out, what older releases wrote. */
const formats: { release: string; format: string; magic: number; wanted?: Settings }[] = [
  { release: '2.8.2', format: '0.9.0', magic: 0 },
  { release: '2.8.2', format: '0.10.0', magic: 1 },
  { release: '3.9.2', format: '0.10.0', magic: 1, wanted: { 'inter.broker.protocol.version': '2.8' } },
]

describe.each(formats)('Kafka $release that stores messages as $format does', ({ release, format, magic, wanted }) => {
  const codecs: CodecName[] = ['none', 'gzip', 'snappy', 'lz4']
  const settings = { 'num.partitions': codecs.length, 'log.message.format.version': format, ...wanted }
  const kafka = useKafka({ release, zookeeper: true, warm: false, settings })
  const starts = Object.fromEntries(codecs.map((_, partition) => [partition, Offset.atStart()]))

  test.each([
    ['as we write by ourselves', {}],
    [`as we write to ${format}`, { maxVersions: versionsFromString(format) }],
  ])('%s, in each codec, we read back and kcat does', async (how, options) => {
    const topic = how.replaceAll(' ', '-')
    for (const [partition, compression] of codecs.entries()) {
      const producer = { compression, lingerMs: 50, idempotent: false }
      await withClient(kafka().bootstrap, { ...options, producer, allowAutoTopicCreation: true }, client =>
        Promise.all(ours.map(record => client.send({ topic, partition, ...record }))),
      )
      const log = await readFile(join(kafka().broker(1).dataDirectory, `${topic}-${partition}`, `${'0'.repeat(20)}.log`))
      expect(log[16], compression).toBe(magic)
    }
    const back = await read(kafka().bootstrap, options, topic, starts, ours.length)
    const kcat = await kcatConsume(kafka().bootstrap, topic)
    for (const [partition, codec] of codecs.entries()) {
      const records = back.get(partition) ?? []
      expect(records.map(shown), codec).toEqual(ours.map(shown))
      expect(
        records.map(({ offset }) => offset),
        codec,
      ).toEqual(ours.map((_, index) => BigInt(index)))
      expect(new Set(records.map(({ attrs }) => attrs.compressionType)), codec).toEqual(new Set([codec]))
      expect(kcat.filter(record => record.partition === partition).map(shown), codec).toEqual(ours.map(shown))
    }
  })

  test('an idempotent producer is refused, and told why', async () => {
    await withClient(kafka().bootstrap, { allowAutoTopicCreation: true }, async client => {
      const error = await client.send({ topic: 'idempotent', value: 'no' }).catch(error => error)
      expect(error).toMatchObject({
        code: 'UNSUPPORTED_FOR_MESSAGE_FORMAT',
        message: expect.stringContaining('no idempotence before 0.11'),
      })
    })
  })

  test('as kcat writes, in each codec, we read, whatever the isolation', async () => {
    for (const [partition, codec] of codecs.entries())
      await kcatProduce(kafka().bootstrap, 'kcat', theirs, { codec, partition, settings: { 'linger.ms': 50 } })
    for (const isolation of ['read_committed', 'read_uncommitted'] as const) {
      const back = await read(kafka().bootstrap, { consumer: { isolation } }, 'kcat', starts, theirs.length)
      for (const [partition, codec] of codecs.entries()) expect(back.get(partition)?.map(shown), codec).toEqual(theirs.map(shown))
    }
  })
})
