import { describe, expect, onTestFinished, test } from 'vitest'
import type { BrokerHandle } from './client/broker-handle.js'
import { optionAt } from './client/option-path.js'
import { type ClientOptions, resolveOptions } from './client/options.js'
import * as compression from './compression/index.js'
import { hookNames } from './hooks/fan-out.js'
import * as core from './index.js'
import * as protocol from './protocol/index.js'
import * as records from './records/index.js'
import * as sandbox from './sandbox/index.js'
import * as sasl from './sasl/index.js'
import * as memory from './transport/memory.js'
import * as webSocket from './transport/websocket.js'

/*
 * The public surface by name: what programs, examples and checks outside may rely on. A name that is missing fails here; so does one of `later`
 * that has come: it moves up.
 */

const clientMethods = [
  'abortBufferedRecords',
  'addConsumePartitions',
  'addConsumeTopics',
  'broker',
  'close',
  'discoveredBrokers',
  'flush',
  'forceMetadataRefresh',
  'option',
  'partitionLeader',
  'pauseFetchPartitions',
  'pauseFetchTopics',
  'ping',
  'pollFetches',
  'pollRecords',
  'produce',
  'produceSync',
  'producerId',
  'purgeTopicsFromClient',
  'purgeTopicsFromConsuming',
  'purgeTopicsFromProducing',
  'records',
  'removeConsumePartitions',
  'request',
  'requestSharded',
  'resumeFetchPartitions',
  'resumeFetchTopics',
  'seedBrokers',
  'send',
  'setOffsets',
  'tryProduce',
  'unsafeAbortBufferedRecords',
  'updateFetchMaxBytes',
  'updateSeedBrokers',
] as const satisfies readonly (keyof core.Client)[]

const clientGetters = [
  'bufferedFetchBytes',
  'bufferedFetchRecords',
  'bufferedProduceBytes',
  'bufferedProduceRecords',
  'options',
] as const satisfies readonly (keyof core.Client)[]

const optionPaths = [
  'allowAutoTopicCreation',
  'brokerMaxReadBytes',
  'brokerMaxWriteBytes',
  'clientId',
  'connIdleTimeoutMs',
  'considerMissingTopicDeletedAfterMs',
  'dialTimeoutMs',
  'hooks',
  'logger',
  'maxVersions',
  'metadataMaxAgeMs',
  'metadataMinAgeMs',
  'minVersions',
  'rack',
  'requestRetries',
  'requestTimeoutOverheadMs',
  'retryBackoff',
  'retryTimeoutMs',
  'sasl',
  'seedBrokers',
  'software',
  'transport',
  'consumer.fetchMaxBytes',
  'consumer.fetchMaxPartitionBytes',
  'consumer.fetchMaxWaitMs',
  'consumer.fetchMinBytes',
  'consumer.fetchSessions',
  'consumer.isolation',
  'consumer.keepControlRecords',
  'consumer.keepRetryableFetchErrors',
  'consumer.maxConcurrentFetches',
  'consumer.partitions',
  'consumer.preferLag',
  'consumer.regex',
  'consumer.resetOffset',
  'consumer.topics',
  'producer.acks',
  'producer.batchMaxBytes',
  'producer.compression',
  'producer.defaultTopic',
  'producer.deliveryTimeoutMs',
  'producer.idempotent',
  'producer.lingerMs',
  'producer.manualFlushing',
  'producer.maxBufferedBytes',
  'producer.maxBufferedRecords',
  'producer.maxInflightPerBroker',
  'producer.onDataLoss',
  'producer.partitioner',
  'producer.recordRetries',
  'producer.requestTimeoutMs',
  'producer.stopOnDataLoss',
  'producer.unknownTopicRetries',
] as const satisfies readonly core.OptionPath[]

const hooks = [
  'onBrokerConnect',
  'onBrokerDisconnect',
  'onBrokerE2E',
  'onBrokerRead',
  'onBrokerThrottle',
  'onBrokerWrite',
  'onClientClosed',
  'onFetchBatchRead',
  'onFetchRecordBuffered',
  'onFetchRecordUnbuffered',
  'onNewClient',
  'onProduceBatchWritten',
  'onProduceRecordBuffered',
  'onProduceRecordPartitioned',
  'onProduceRecordUnbuffered',
] as const satisfies readonly (keyof core.Hooks)[]

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

const codes = [
  'ABORTING',
  'CLIENT_CLOSED',
  'DATA_LOSS',
  'FIRST_READ_EOF',
  'GROUP_SESSION',
  'MAX_BUFFERED',
  'RECORD_RETRIES',
  'RECORD_TIMEOUT',
  'UNEXPECTED_EOF',
] as const satisfies readonly core.ClientErrorCode[]

/** What is not there yet, by the work that brings it. */
const later: Record<
  string,
  { methods?: readonly string[]; options?: readonly string[]; names?: readonly string[]; hooks?: readonly string[] }
> = {
  groups: {
    methods: [
      'allowRebalance',
      'closeAllowingRebalance',
      'commitMarkedOffsets',
      'commitOffsets',
      'commitOffsetsSync',
      'commitRecords',
      'commitUncommittedOffsets',
      'committedOffsets',
      'forceRebalance',
      'groupMetadata',
      'leaveGroup',
      'markCommitRecords',
      'markedOffsets',
      'uncommittedOffsets',
    ],
    options: [
      'group.adjustFetchOffsets',
      'group.autoCommit',
      'group.autoCommitIntervalMs',
      'group.balancers',
      'group.blockRebalanceOnPoll',
      'group.heartbeatIntervalMs',
      'group.id',
      'group.instanceId',
      'group.onAssigned',
      'group.onAutoCommit',
      'group.onLost',
      'group.onOffsetsFetched',
      'group.onRevoked',
      'group.protocol',
      'group.rebalanceTimeoutMs',
      'group.requireStableFetchOffsets',
      'group.sessionTimeoutMs',
    ],
    names: ['cooperativeStickyBalancer', 'parseConsumerSyncAssignment', 'rangeBalancer', 'roundRobinBalancer', 'stickyBalancer'],
    hooks: ['onGroupManageError'],
  },
  transactions: {
    methods: ['beginTransaction', 'endAndBeginTransaction', 'endTransaction'],
    options: ['concurrentTransactionsBackoffMs', 'producer.transactionTimeoutMs', 'producer.transactionalId'],
    names: ['GroupTransactSession'],
  },
  format: { names: ['RecordFormatter', 'RecordReader', 'formatRecord'] },
  admin: { names: ['Admin'] },
  registry: { names: ['SchemaRegistry', 'Serde'] },
}

const transport = memory.memoryTransport(() => {})
const client = () => {
  const made = new core.Client({ transport })
  onTestFinished(() => made.close())
  return made
}

describe('what there is', () => {
  test.each(clientMethods)('client.%s()', name => {
    expect(client()[name]).toBeTypeOf('function')
  })
  test.each(clientGetters)('client.%s', name => {
    expect(client()[name]).not.toBeUndefined()
  })
  test('await using client', () => {
    expect(client()[Symbol.asyncDispose]).toBeTypeOf('function')
  })
  test('client.broker(id).request, .retriableRequest', () => {
    const handle: BrokerHandle = client().broker(1)
    expect([typeof handle.request, typeof handle.retriableRequest]).toEqual(['function', 'function'])
  })
  test.each(optionPaths)('the option %s', path => {
    expect(() => optionAt(resolveOptions({ transport }), path)).not.toThrow()
  })
  test('the hooks', () => {
    expect([...hookNames].sort()).toEqual([...hooks].sort())
  })
  test.each(values)('the names of %s', (_, object, names) => {
    expect(names.filter(name => !(name in object))).toEqual([])
  })
  test('the codes of errors', () => {
    expect(codes.map(code => new core.ClientError(code, '').code)).toEqual(codes)
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

describe.each(Object.entries(later))(
  'later work on %s has not come yet',
  (_, { methods = [], options = [], names = [], hooks: soon = [] }) => {
    test('no method, option, name or hook of it is there', () => {
      const resolved = resolveOptions({ transport })
      const isThere = (path: string) => {
        try {
          optionAt(resolved, path as core.OptionPath)
          return true
        } catch {
          return false
        }
      }
      const made = client()
      expect(methods.filter(name => name in made)).toEqual([])
      expect(options.filter(isThere)).toEqual([])
      expect(names.filter(name => name in core)).toEqual([])
      expect(soon.filter(name => (hookNames as readonly string[]).includes(name))).toEqual([])
    })
  },
)
