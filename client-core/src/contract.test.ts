import { describe, expect, onTestFinished, test } from 'vitest'
import { optionAt } from './client/option-path.js'
import { type ClientOptions, resolveOptions } from './client/options.js'
import * as compression from './compression/index.js'
import { hookNames } from './hooks/fan-out.js'
import * as core from './index.js'
import * as protocol from './protocol/index.js'
import * as records from './records/index.js'
import * as sandbox from './sandbox/index.js'
import * as sasl from './sasl/index.js'
import { kgoNames } from './testing/kgo-names.js'
import * as memory from './transport/memory.js'
import * as webSocket from './transport/websocket.js'

/*
 * The public surface by name: what programs, examples and checks outside may rely on. A name that is missing fails here; so does one that was to
 * come later and has come: it moves.
 */

const counterparts = Object.entries(kgoNames)
/** The names of one sort, each once: `option`, `hook`, `later option` ... */
const named = (sort: string): string[] => [
  ...new Set(counterparts.filter(([, here]) => here.startsWith(`${sort} `)).map(([, here]) => here.slice(sort.length + 1))),
]
const hooks = named('hook') as (keyof core.Hooks)[]

/** Methods that kgo does not have. */
const beyondKgo = ['cachedTopics', 'fork', 'records', 'removeConsumeTopics', 'send'] as const satisfies readonly (keyof core.Client)[]

const values: readonly [holder: string, object: object, names: readonly string[]][] = [
  [
    'the package',
    core,
    [
      'Client',
      'ClientError',
      'DataLossError',
      'Fetches',
      'FirstErrorPromise',
      'KafkaError',
      'KafkaRecord',
      'Offset',
      'ProduceResults',
      'RecordAttrs',
      'TransportError',
      'basicConsistentPartitioner',
      'basicLogger',
      'isLess',
      'kafkaHasher',
      'leastBackupPartitioner',
      'manualPartitioner',
      'murmur2',
      'newErrFetch',
      'nodeName',
      'preferLagAt',
      'roundRobinPartitioner',
      'saramaHasher',
      'stickyKeyPartitioner',
      'stickyPartitioner',
      'uniformBytesPartitioner',
      'validateOptions',
    ],
  ],
  ['Offset', core.Offset, ['at', 'atStart', 'atEnd', 'atCommitted', 'afterMilli', 'noReset']],
  ['an Offset', core.Offset.prototype, ['relative', 'withEpoch', 'epochOffset', 'toString', 'toJSON']],
  [
    'Fetches',
    core.Fetches.prototype,
    [
      'records',
      'recordsArray',
      'eachRecord',
      'eachPartition',
      'eachTopic',
      'eachError',
      'errors',
      'err',
      'err0',
      'numRecords',
      'empty',
      'isClientClosed',
    ],
  ],
  ['ProduceResults', core.ProduceResults.prototype, ['first', 'firstError']],
  ['FirstErrorPromise', core.FirstErrorPromise.prototype, ['onDelivery', 'error']],
  ['RecordAttrs', core.RecordAttrs.prototype, ['compressionType', 'isControl', 'isTransactional', 'timestampType']],
  ['KafkaRecord', core.KafkaRecord.prototype, ['copy']],
  ['/records', records, ['decodeBatches', 'encodeBatch', 'parseControlRecord', 'toMessageSet']],
  ['/compression', compression, ['codec']],
  [
    '/protocol',
    protocol,
    ['ProduceRequest', 'ProduceResponse', 'apis', 'decode', 'encode', 'errorForCode', 'versionGuess', 'versionsFromString'],
  ],
  ['/sasl', sasl, ['awsMskIam', 'oauthBearer', 'plain', 'scramSha256', 'scramSha512']],
  ['/transport/websocket', webSocket, ['webSocket']],
  ['/transport/memory', memory, ['memoryTransport']],
  ['/sandbox', sandbox, ['createSandbox']],
]

/** Names that are still to come, besides those of kgo: of kadm and the schema registry. */
const later = ['Admin', 'SchemaRegistry', 'Serde']

const transport = memory.memoryTransport(() => {})
const client = () => {
  const made = new core.Client({ transport })
  onTestFinished(() => made.close())
  return made
}

const isOption = (path: string) => {
  try {
    optionAt(resolveOptions({ transport }), path as core.OptionPath)
    return true
  } catch {
    return false
  }
}

describe("kgo's names", () => {
  const holders: Record<string, () => object> = {
    Client: client,
    BrokerHandle: () => client().broker(1),
    Fetches: () => core.newErrFetch(new Error()),
    FirstErrorPromise: () => new core.FirstErrorPromise(),
    Offset: () => core.Offset.atStart(),
    ProduceResults: () => core.ProduceResults.prototype,
    RecordAttrs: () => core.RecordAttrs.prototype,
    static: () => ({ Offset: core.Offset }),
  }
  const isThere: Record<string, (name: string) => boolean> = {
    option: isOption,
    core: name => name in core,
    static: name => name.replace('Offset.', '') in core.Offset,
    hook: name => (hookNames as readonly string[]).includes(name),
    // What these name, the compiler checks.
    code: () => true,
    type: () => true,
    words: () => true,
    'later option': name => !isOption(name),
    'later method': name => !(name in client()),
    'later hook': name => !(hookNames as readonly string[]).includes(name),
    'later name': name => !(name in core),
  }
  test.each(counterparts)('%s is %s', (_, here) => {
    const [, sort, name] = /^(later \w+|\w+)[ .](.*)$/.exec(here)!
    const holder = sort in isThere ? undefined : holders[sort]
    expect(holder ? name in holder() : isThere[sort](name)).toBe(true)
  })

  const numbers = named('option').filter(path => typeof optionAt(resolveOptions({ transport }), path as core.OptionPath) === 'number')

  test.each(named('option'))('option %s refuses what is none of its values, by its path', path => {
    for (const wrong of [Symbol('none'), ...(numbers.includes(path) ? [-2, 1.5, Number.NaN, '5', 5n, null] : [])]) {
      const given = path.split('.').reduceRight<unknown>((value, name) => ({ [name]: value }), wrong)
      const options = path === 'transport' ? given : { transport, ...(given as object) }
      const refusal = { code: 'INVALID_OPTION', message: expect.stringContaining(`${path}`) }
      expect(() => resolveOptions(options as ClientOptions), String(wrong)).toThrow(expect.objectContaining(refusal))
    }
  })
})

describe('what there is', () => {
  test.each(beyondKgo)('client.%s()', name => {
    expect(client()[name]).toBeTypeOf('function')
  })
  test('await using client', () => {
    expect(client()[Symbol.asyncDispose]).toBeTypeOf('function')
  })
  test.each(values)('the names of %s', (_, object, names) => {
    expect(names.filter(name => !(name in object))).toEqual([])
  })
})

describe('the fields of', () => {
  /** The first event of each hook in one exchange. */
  async function events() {
    const cluster = await sandbox.createSandbox({ brokers: 1, topics: { orders: 1 } })
    const seen = new Map<string, object>()
    const listener = Object.fromEntries(hooks.map(name => [name, (event: object) => seen.has(name) || seen.set(name, event)]))
    const options: ClientOptions = {
      seedBrokers: cluster.seedBrokers,
      transport: cluster.transport,
      hooks: [listener],
      consumer: { topics: ['orders'] },
    }
    const exchanging = new core.Client(options)
    onTestFinished(() => cluster.close())
    const record = await exchanging.send({ topic: 'orders', value: 'x' })
    const fetches = await exchanging.pollFetches()
    await exchanging.close()
    return { seen, record, fetches }
  }
  const identity = ['broker', 'requestId', 'correlationId', 'apiKey', 'apiVersion', 'attempt', 'initiator']
  const batch = ['broker', 'topic', 'partition', 'numRecords', 'uncompressedBytes', 'compressedBytes', 'compressionType']

  test('events', async () => {
    const { seen } = await events()
    const fields = (name: string) => Object.keys(seen.get(name) ?? {})
    expect(fields('onBrokerE2E')).toEqual(
      expect.arrayContaining([
        ...identity,
        'bytesWritten',
        'bytesRead',
        'writeWaitMs',
        'timeToWriteMs',
        'readWaitMs',
        'timeToReadMs',
        'durationE2EMs',
      ]),
    )
    expect(fields('onBrokerWrite')).toEqual(expect.arrayContaining([...identity, 'bytesWritten', 'writeWaitMs', 'timeToWriteMs', 'frame']))
    expect(fields('onBrokerRead')).toEqual(expect.arrayContaining([...identity, 'bytesRead', 'readWaitMs', 'timeToReadMs', 'frame']))
    expect(fields('onProduceBatchWritten')).toEqual(expect.arrayContaining(batch))
    expect(fields('onFetchBatchRead')).toEqual(expect.arrayContaining(batch))
    const unheard = ['onBrokerThrottle', 'onBrokerDisconnect']
    expect(hooks.filter(name => !seen.has(name) && !unheard.includes(name))).toEqual([])
  })

  test('records and fetched partitions', async () => {
    const { record, fetches } = await events()
    const fields = 'key value headers timestamp topic partition attrs producerId producerEpoch leaderEpoch offset context'.split(' ')
    for (const r of [record, ...fetches.recordsArray()]) expect(fields.filter(name => !(name in r))).toEqual([])
    const [partition] = fetches.partitions
    for (const name of ['partition', 'error', 'highWatermark', 'lastStableOffset', 'logStartOffset', 'records'])
      expect(name in partition).toBe(true)
  })
})

test('what is still to come besides is not there yet', () => {
  expect(later.filter(name => name in core)).toEqual([])
})
