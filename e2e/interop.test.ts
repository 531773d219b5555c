import { Client, type KafkaRecord, Offset, type ProducerOptions } from '@milena/client-core'
import { tcp } from '@milena/client-core/transport/node'
import { describe, expect, test } from 'vitest'
import { type CodecName, kcatConsume, kcatHeaders, kcatProduce } from './kafka/kcat.js'
import { consoleConsume, consoleProduce, dumpLog } from './kafka/tools.js'
import { useKafka } from './kafka/use.js'
import { franzConsume } from './witness/franz-consume.js'

/*
 * What we write, librdkafka and Java read; what they write, we read. Byte for byte, in every codec.
 */

type Bytes = Uint8Array | null

interface Plain {
  key: Bytes
  value: Bytes
  headers: readonly { key: string; value: Bytes }[]
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
/** Every byte there is, and what text tools trip over: NUL, newlines, bytes that are no UTF-8. */
const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index)
/** Large enough, and regular enough, for a codec to be worth its while; longer than one block of most of them. */
const large = bytes(Array.from({ length: 20_000 }, (_, index) => `line ${index % 97} of a long text\n`).join(''))

const records: Plain[] = [
  { key: bytes('key'), value: bytes('value'), headers: [] },
  { key: null, value: bytes('no key'), headers: [] },
  { key: bytes(''), value: bytes(''), headers: [] },
  { key: bytes('tombstone'), value: null, headers: [] },
  { key: null, value: null, headers: [] },
  { key: everyByte, value: everyByte, headers: [] },
  {
    key: bytes('headers'),
    value: bytes('ordered, repeated, null, empty, binary'),
    headers: [
      { key: 'b', value: bytes('1') },
      { key: 'a', value: bytes('2') },
      { key: 'b', value: bytes('3') },
      { key: 'null', value: null },
      { key: 'empty', value: bytes('') },
      // Backwards: kcat prints a header's value only up to its first NUL byte.
      { key: 'binary', value: everyByte.toReversed() },
      { key: 'ünïcode 🐘', value: bytes('ünïcode 🐘') },
    ],
  },
  { key: bytes('large'), value: large, headers: [] },
]

/** Comparable whatever kind of array holds the bytes; a difference of large values stays readable. */
const hex = (value: Bytes) => (value === null ? null : Buffer.from(value).toString('hex'))
const shown = ({ key, value, headers }: Plain) => ({
  key: hex(key),
  value: hex(value),
  headers: headers.map(header => [header.key, hex(header.value)]),
})

const codecs: CodecName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const written: { codec: CodecName; level?: number }[] = [
  { codec: 'none' },
  { codec: 'gzip', level: 1 },
  { codec: 'gzip', level: 6 },
  { codec: 'gzip', level: 9 },
  { codec: 'snappy' },
  { codec: 'lz4' },
  { codec: 'zstd', level: 1 },
  { codec: 'zstd', level: 3 },
  { codec: 'zstd', level: 9 },
]

const kafka = useKafka()

/** All in one batch, so that every record passes through the codec; and then each in a batch of its own. */
async function produceOurs(topic: string, producer: ProducerOptions): Promise<KafkaRecord[]> {
  const client = new Client({
    seedBrokers: [...kafka().bootstrap],
    transport: tcp(),
    producer: { lingerMs: 100, batchMaxBytes: 1_000_000, ...producer },
  })
  try {
    const sent = await Promise.all(records.map(record => client.send({ topic, partition: 0, ...record })))
    for (const record of records) {
      const alone = client.send({ topic, partition: 0, ...record })
      await client.flush()
      sent.push(await alone)
    }
    return sent
  } finally {
    await client.close()
  }
}

async function consumeOurs(topic: string, count: number): Promise<KafkaRecord[]> {
  const partitions = { [topic]: { 0: Offset.atStart() } }
  const client = new Client({ seedBrokers: [...kafka().bootstrap], transport: tcp(), consumer: { partitions } })
  try {
    const read: KafkaRecord[] = []
    while (read.length < count) {
      const fetches = await client.pollFetches()
      expect(fetches.errors()).toEqual([])
      for (const record of fetches.records()) read.push(record.copy())
    }
    return read
  } finally {
    await client.close()
  }
}

describe('what we write', () => {
  test.each(written)('$codec $level is read by kcat, by the console consumer and by franz-go', async ({ codec, level }) => {
    const topic = `ours-${codec}-${level ?? 'default'}`
    await kafka().createTopic(topic)
    const sent = await produceOurs(topic, { compression: [level === undefined ? codec : { codec, level }] })
    const expected = [...records, ...records]
    expect(sent.map(record => record.offset)).toEqual(expected.map((_, index) => BigInt(index)))

    const kcat = await kcatConsume(kafka().bootstrap, topic)
    expect(kcat.map(({ key, value }) => [hex(key), hex(value)])).toEqual(expected.map(({ key, value }) => [hex(key), hex(value)]))
    expect(kcat.map(({ headers }) => hex(headers))).toEqual(
      expected.map(({ headers }) => hex(kcatHeaders(headers.map(({ key, value }) => [key, value])))),
    )
    expect(kcat.map(({ timestamp }) => timestamp)).toEqual(sent.map(record => record.timestamp))

    const java = await consoleConsume(kafka().bootstrap, topic, expected.length)
    const javaRecords = java.map(record => ({ ...record, headers: record.headers.map(([key, value]) => ({ key, value })) }))
    expect(javaRecords.map(shown)).toEqual(expected.map(shown))

    const franz = await franzConsume(kafka().bootstrap, topic, expected.length)
    expect(franz.map(shown)).toEqual(expected.map(shown))
    expect(franz.map(({ offset, timestamp }) => [offset, timestamp])).toEqual(sent.map(({ offset, timestamp }) => [offset, timestamp]))

    const batches = await dumpLog(kafka().broker(1), topic)
    expect(batches.map(batch => [batch.get('count'), batch.get('isvalid')])).toEqual(
      [records.length, ...records.map(() => 1)].map(count => [`${count}`, 'true']),
    )
    // A codec is used where it makes the batch smaller: of all records, and of the large one; not of the first alone.
    expect([0, records.length, 1].map(place => batches[place].get('compresscodec'))).toEqual([codec, codec, 'none'])
  })
})

describe('what kcat writes', () => {
  test.each(codecs)('in %s we read', async codec => {
    const topic = `kcat-${codec}`
    await kafka().createTopic(topic)
    // kcat takes headers from its command line: they are text.
    const theirs = records.map(record => ({
      ...record,
      headers: record.headers
        .filter(({ key }) => key !== 'binary')
        .map(({ key, value }) => [key, value && Buffer.from(value).toString()] as const),
    }))
    await kcatProduce(kafka().bootstrap, topic, theirs, { codec })
    const expected = theirs.map(record => ({
      ...record,
      headers: record.headers.map(([key, value]) => ({ key, value: value === null ? null : bytes(value) })),
    }))
    const read = await consumeOurs(topic, records.length)
    expect(read.map(shown)).toEqual(expected.map(shown))
    expect(read.map(record => record.offset)).toEqual(records.map((_, index) => BigInt(index)))
    const kcat = await kcatConsume(kafka().bootstrap, topic)
    expect(read.map(record => record.timestamp)).toEqual(kcat.map(({ timestamp }) => timestamp))
    expect((await dumpLog(kafka().broker(1), topic)).map(batch => batch.get('compresscodec'))).toContain(codec)
  })
})

describe("what Java's console producer writes", () => {
  test.each(codecs)('in %s we read', async codec => {
    const topic = `java-${codec}`
    await kafka().createTopic(topic)
    const long = 'so that it is worth compressing, '.repeat(2000)
    await consoleProduce(
      kafka().bootstrap,
      topic,
      [
        {
          key: 'key',
          value: 'value',
          headers: [
            ['h', '1'],
            ['h', '2'],
          ],
        },
        { key: null, value: 'no key' },
        { key: 'tombstone', value: null },
        { key: 'long', value: long },
      ],
      codec,
    )
    const read = await consumeOurs(topic, 4)
    expect(read.map(shown)).toEqual(
      [
        {
          key: bytes('key'),
          value: bytes('value'),
          headers: [
            { key: 'h', value: bytes('1') },
            { key: 'h', value: bytes('2') },
          ],
        },
        { key: null, value: bytes('no key'), headers: [] },
        { key: bytes('tombstone'), value: null, headers: [] },
        { key: bytes('long'), value: bytes(long), headers: [] },
      ].map(shown),
    )
    expect((await dumpLog(kafka().broker(1), topic)).map(batch => batch.get('compresscodec'))).toContain(codec)
  })
})
