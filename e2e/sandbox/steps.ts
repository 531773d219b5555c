import {
  AlterClientQuotasRequest,
  AlterConfigsRequest,
  AlterPartitionReassignmentsRequest,
  AlterReplicaLogDirsRequest,
  AlterUserScramCredentialsRequest,
  ApiVersionsRequest,
  ConsumerGroupDescribeRequest,
  CreateAclsRequest,
  CreateDelegationTokenRequest,
  CreatePartitionsRequest,
  CreateTopicsRequest,
  DeleteAclsRequest,
  DeleteGroupsRequest,
  DeleteRecordsRequest,
  DeleteTopicsRequest,
  DescribeAclsRequest,
  DescribeClientQuotasRequest,
  DescribeClusterRequest,
  DescribeConfigsRequest,
  DescribeDelegationTokenRequest,
  DescribeGroupsRequest,
  DescribeLogDirsRequest,
  DescribeQuorumRequest,
  DescribeTopicPartitionsRequest,
  DescribeUserScramCredentialsRequest,
  ElectLeadersRequest,
  ExpireDelegationTokenRequest,
  FetchRequest,
  FindCoordinatorRequest,
  IncrementalAlterConfigsRequest,
  type Input,
  ListGroupsRequest,
  ListOffsetsRequest,
  ListPartitionReassignmentsRequest,
  MetadataRequest,
  OffsetCommitRequest,
  OffsetDeleteRequest,
  OffsetFetchRequest,
  OffsetForLeaderEpochRequest,
  ProduceRequest,
  RenewDelegationTokenRequest,
  SaslAuthenticateRequest,
  SaslHandshakeRequest,
  UpdateFeaturesRequest,
  zeroUuid,
} from '@milena/client-core/protocol'
import { encodeBatch } from '@milena/client-core/records'
import { type Memory, recorder, type Step, unknownId } from './step.js'

export const steps: Step[] = []
const step = recorder(steps)

// Topics

type NewTopic = Input<typeof CreateTopicsRequest>['topics'][number]
const topic = (name: string, rest: Partial<NewTopic> = {}): NewTopic => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...rest,
})
const create = (what: string, topics: NewTopic[], validateOnly = false) =>
  step(what, CreateTopicsRequest, 7, { topics, validateOnly, timeoutMs: 10_000 })

create('plain topics', [topic('orders', { numPartitions: 3 }), topic('spare')])
create('with settings', [
  topic('table', { configs: [{ name: 'cleanup.policy', value: 'compact' }] }),
  topic('small', { configs: [{ name: 'max.message.bytes', value: '200' }] }),
  topic('stamped', { configs: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }] }),
])
create(
  'names',
  ['', '.', 'a b', 'x'.repeat(250), 'orders'].map(name => topic(name)),
)
create('a collision', [topic('or.ders_x')])
create('the other of a collision', [topic('or_ders.x')])
create('the same twice', [topic('twice'), topic('twice')])
create('no partitions', [topic('none', { numPartitions: 0 })])
create('too many partitions', [topic('many', { numPartitions: 2_000_000 })])
create('replication factors', [topic('zero', { replicationFactor: 0 }), topic('four', { replicationFactor: 4 })])
create('assignments', [
  topic('counted', { assignments: [{ partitionIndex: 0, brokerIds: [1] }] }),
  topic('stranger', { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [9] }] }),
  topic('doubled', { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [1, 1] }] }),
  topic('holed', { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 1, brokerIds: [1] }] }),
])
create('wrong settings', [
  topic('c1', { configs: [{ name: 'retention', value: '1' }] }),
  topic('c2', { configs: [{ name: 'retention.ms', value: 'long' }] }),
  topic('c3', { configs: [{ name: 'retention.ms', value: '-2' }] }),
  topic('c4', { configs: [{ name: 'cleanup.policy', value: 'delete,burn' }] }),
  topic('c5', { configs: [{ name: 'retention.ms', value: null }] }),
])
create('validated only', [topic('checked')], true)
for (const version of [1, 4, 7, 9, 12, 13]) {
  step('known, unknown and impossible topics', MetadataRequest, version, {
    topics: ['orders', 'nothing', 'a b'].map(name => ({ name })),
    ...(version >= 4 && { allowAutoTopicCreation: false }),
    ...(version >= 8 && { includeTopicAuthorizedOperations: true }),
    ...(version >= 8 && version <= 10 && { includeClusterAuthorizedOperations: true }),
  })
}
step('by id', MetadataRequest, 12, ({ topicIds }) => ({
  topics: [topicIds.get('orders')!, unknownId].map(topicId => ({ name: null, topicId })),
}))
step('none', MetadataRequest, 12, { topics: [] })
for (const version of [0, 1, 2]) step('of the cluster', DescribeClusterRequest, version, { includeClusterAuthorizedOperations: true })
step('controllers asked of a broker', DescribeClusterRequest, 1, { includeClusterAuthorizedOperations: false, endpointType: 2 })

// Producing

const NOW = BigInt(Date.now())
const batch = (
  values: readonly (string | null)[],
  options: Parameters<typeof encodeBatch>[1] = {},
  key: string | null = 'k',
  timestamp = NOW,
) =>
  encodeBatch(
    values.map(value => ({ key, value, timestamp })),
    options,
  )
const patched = (bytes: Uint8Array, at: number, value: number) => {
  bytes[at] = value
  return bytes
}
/** The batch under a CRC-32C that fits it again. */
function sealed(bytes: Uint8Array): Uint8Array {
  let crc = -1
  for (const byte of bytes.subarray(21)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  new DataView(bytes.buffer, bytes.byteOffset).setInt32(17, ~crc)
  return bytes
}
function produce(what: string, name: string, records: Uint8Array | null, { version = 9, acks = -1, index = 0 } = {}): void {
  step(what, ProduceRequest, version, { acks, timeoutMs: 5000, topicData: [{ name, partitionData: [{ index, records }] }] })
}
const twoIn = (a: Uint8Array, b: Uint8Array) => Uint8Array.from([...a, ...b])
for (const version of [3, 5, 7, 8, 9, 11, 12]) produce('a batch', 'orders', batch(['a', 'b']), { version })
step('a batch by topic id', ProduceRequest, 13, ({ topicIds }) => ({
  acks: 1,
  timeoutMs: 5000,
  topicData: [topicIds.get('orders')!, unknownId].map(topicId => ({
    topicId,
    partitionData: [{ index: 0, records: batch(['c']) }],
  })),
}))
produce('an empty record set', 'orders', new Uint8Array(0))
produce('a flipped bit', 'orders', patched(batch(['abc']), 70, 0x7f))
produce('another magic', 'orders', patched(batch(['abc']), 16, 1))
produce('two batches', 'orders', twoIn(batch(['a']), batch(['b'])))
produce('half a batch', 'orders', batch(['abc']).subarray(0, 66))
produce('a length below a header', 'orders', patched(batch(['a']), 11, 3))
produce('more records than there are', 'orders', sealed(patched(batch(['abc']), 60, 5)))
produce('no records at all', 'orders', sealed(patched(batch(['abc']), 60, 0)))
produce('a control batch', 'orders', sealed(patched(batch(['abc']), 22, 0x20)))
produce('a codec that does not exist', 'orders', sealed(patched(batch(['abc']), 22, 7)))
produce('a record longer than its batch', 'orders', sealed(patched(batch(['abc']), 61, 0x7e)))
produce('a record shorter than its fields', 'orders', sealed(patched(batch(['abc']), 61, 2)))
produce('zstd before its time', 'orders', sealed(patched(batch(['abc']), 22, 4)), { version: 6 })
produce('an unknown topic', 'nothing', batch(['a']))
produce('an unknown partition', 'orders', batch(['a']), { index: 9 })
produce('acks of 2', 'orders', batch(['a']), { acks: 2 })
produce('a batch too large', 'small', batch(['x'.repeat(300)]))
produce('a batch just small enough', 'small', batch(['x'.repeat(100)]))
produce('no key under compaction', 'table', batch(['a', 'b'], {}, null))
produce('a key under compaction', 'table', batch(['a', null]))
produce('a time far ahead', 'orders', batch(['a'], {}, 'k', NOW + 7_200_000n))
produce('stamped by the broker', 'stamped', batch(['a']))
produce('a producer id without a sequence', 'orders', batch(['a'], { producerId: 5n, producerEpoch: 0, baseSequence: -1 }))
const sequenced = (baseSequence: number, count = 1, producerEpoch = 0) =>
  batch(
    Array.from({ length: count }, () => 's'),
    { producerId: 77_000n, producerEpoch, baseSequence },
  )
for (const [what, sequence, count, epoch] of [
  ['first', 0, 2, 0],
  ['next', 2, 1, 0],
  ['again', 0, 2, 0],
  ['a gap', 9, 1, 0],
  ['another count', 0, 1, 0],
  ['a new epoch not from 0', 3, 1, 1],
  ['a new epoch', 0, 1, 1],
  ['an old epoch', 3, 1, 0],
] as const) {
  produce(`sequences: ${what}`, 'spare', sequenced(sequence, count, epoch))
}

// Reading

interface FetchStep {
  version?: number
  name?: string
  partition?: number
  offset?: bigint
  maxBytes?: number
  partitionMaxBytes?: number
  epoch?: number
  lastFetchedEpoch?: number
  committed?: boolean
}
function fetch(what: string, ask: FetchStep = {}): void {
  const { version = 12, name = 'orders', partition = 0, offset = 0n, maxBytes = 1_000_000, partitionMaxBytes = 1_000_000 } = ask
  const asked = {
    partition,
    fetchOffset: offset,
    partitionMaxBytes,
    currentLeaderEpoch: ask.epoch ?? -1,
    lastFetchedEpoch: ask.lastFetchedEpoch ?? -1,
  }
  step(what, FetchRequest, version, ({ topicIds }) => ({
    ...{ maxWaitMs: 0, minBytes: 1, maxBytes, isolationLevel: ask.committed ? 1 : 0, sessionEpoch: -1 },
    topics: [{ ...(version >= 13 ? { topicId: topicIds.get(name) ?? unknownId } : { topic: name }), partitions: [asked] }],
  }))
}
for (const version of [4, 7, 11, 12, 13, 16, 18]) fetch('from the start', { version })
fetch('the middle of a batch', { offset: 1n })
fetch('read committed', { committed: true })
fetch('an empty partition', { partition: 1 })
fetch('cut by the limit of the partition', { partitionMaxBytes: 180 })
fetch('less than the first batch', { maxBytes: 1 })
fetch('behind the end', { offset: 999n })
fetch('before the start', { offset: -5n })
fetch('an unknown topic', { name: 'nothing' })
fetch('an unknown id', { name: 'nothing', version: 13 })
fetch('an unknown partition', { partition: 9 })
fetch('an epoch ahead', { epoch: 7 })
fetch('a last epoch ahead', { offset: 2n, lastFetchedEpoch: 7 })
fetch('a last epoch that fits', { offset: 2n, lastFetchedEpoch: 0 })
function session(
  what: string,
  epoch: number | ((memory: Memory) => { id: number; epoch: number }),
  offsets: readonly [number, bigint][] = [],
  forget: readonly number[] = [],
): void {
  step(`session: ${what}`, FetchRequest, 12, memory => {
    const { id, epoch: at } = typeof epoch === 'function' ? epoch(memory) : { id: epoch === 0 ? 0 : memory.sessionId, epoch }
    const partitions = offsets.map(([partition, fetchOffset]) => ({ partition, fetchOffset, partitionMaxBytes: 100_000 }))
    return {
      ...{ maxWaitMs: 0, minBytes: 1, maxBytes: 1_000_000, sessionId: id, sessionEpoch: at },
      topics: partitions.length > 0 ? [{ topic: 'orders', partitions }] : [],
      forgottenTopicsData: forget.length > 0 ? [{ topic: 'orders', partitions: forget }] : [],
    }
  })
}
session('opened', 0, [
  [0, 0n],
  [1, 0n],
  [2, 0n],
])
session('records again', 1)
session('offset moved', 2, [[0, 2n]])
session('moved to the end', 3, [[0, 15n]])
session('an error', 4, [[1, 99n]])
session('the error again', 5)
session('forgotten', 6, [], [1])
session('a wrong epoch', 99)
session('an unknown id', () => ({ id: 424_242, epoch: 1 }))
session('ended', memory => ({ id: memory.sessionId, epoch: -1 }), [[2, 0n]])
for (const [what, timestamp, version] of [
  ['the end', -1n, 8],
  ['the start', -2n, 8],
  ['the largest time', -3n, 8],
  ['the largest time, too early', -3n, 6],
  ['the local start', -4n, 8],
  ['nothing tiered', -5n, 9],
  ['an unknown question', -9n, 11],
  ['a time', NOW, 8],
  ['a time to come', NOW + 10_000_000n, 8],
  ['the end, long ago', -1n, 1],
] as const) {
  const partitions = [0, 1, 9].map(partitionIndex => ({ partitionIndex, timestamp }))
  step(what, ListOffsetsRequest, version, { replicaId: -1, topics: [{ name: 'orders', partitions }] })
}
for (const leaderEpoch of [-1, 0, 5]) {
  const partitions = [0, 9].map(partition => ({ partition, leaderEpoch }))
  step(`epoch ${leaderEpoch}`, OffsetForLeaderEpochRequest, 4, { topics: [{ topic: 'orders', partitions }] })
}

// Groups

for (const version of [2, 3]) step('of a group', FindCoordinatorRequest, version, { key: 'billing', keyType: 0 })
step('of two groups', FindCoordinatorRequest, 4, { coordinatorKeys: ['billing', 'shipping'] })
interface CommitStep {
  version?: number
  groupId?: string
  memberId?: string
  generation?: number
  name?: string
  metadata?: string | null
}
function commit(
  what: string,
  { version = 8, groupId = 'billing', memberId = '', generation = -1, name = 'orders', metadata = 'note' }: CommitStep = {},
): void {
  const partitions = [0, 9].map(partitionIndex => ({ partitionIndex, committedOffset: 3n, committedMetadata: metadata }))
  step(what, OffsetCommitRequest, version, ({ topicIds }) => ({
    ...{ groupId, memberId, generationIdOrMemberEpoch: generation },
    topics: [{ ...(version >= 10 ? { topicId: topicIds.get(name) ?? unknownId } : { name }), partitions }],
  }))
}
for (const version of [2, 6, 8, 9, 10]) commit('without members', { version })
commit('an unknown topic', { name: 'nothing' })
commit('an unknown id', { name: 'nothing', version: 10 })
commit('a long note', { metadata: 'x'.repeat(5000) })
commit('no note', { metadata: null, groupId: 'bare' })
commit('no group id', { groupId: '' })
commit('a stranger in a group that is there', { memberId: 'stranger', generation: 1 })
commit('a stranger in a group that is not', { memberId: 'stranger', generation: 1, groupId: 'nobody' })
for (const version of [1, 2, 5, 7]) {
  step('one group', OffsetFetchRequest, version, {
    groupId: 'billing',
    topics: [
      { name: 'orders', partitionIndexes: [0, 1] },
      { name: 'nothing', partitionIndexes: [0] },
    ],
  })
}
step('all of one group', OffsetFetchRequest, 7, { groupId: 'billing', topics: null })
for (const version of [8, 9]) {
  step('several groups', OffsetFetchRequest, version, {
    groups: ['billing', 'nobody'].flatMap(groupId => [{ groupId, topics: [{ name: 'orders', partitionIndexes: [0, 1] }] }]),
  })
}
step('all of several groups', OffsetFetchRequest, 8, { groups: ['billing', 'nobody'].map(groupId => ({ groupId, topics: null })) })
step('by topic id', OffsetFetchRequest, 10, ({ topicIds }) => ({
  groups: [
    {
      groupId: 'billing',
      topics: [topicIds.get('orders')!, unknownId].map(topicId => ({ topicId, partitionIndexes: [0] })),
    },
  ],
}))
for (const version of [0, 3, 4, 5]) step('all', ListGroupsRequest, version, {})
step('by state', ListGroupsRequest, 4, { statesFilter: ['empty'] })
step('by type', ListGroupsRequest, 5, { typesFilter: ['consumer'] })
for (const version of [0, 4, 5, 6])
  step('empty and unknown', DescribeGroupsRequest, version, {
    groups: ['billing', 'nobody'],
    ...(version >= 3 && { includeAuthorizedOperations: true }),
  })
for (const version of [0, 1])
  step('classic and unknown', ConsumerGroupDescribeRequest, version, {
    groupIds: ['billing', 'nobody'],
    includeAuthorizedOperations: false,
  })

// Administration

for (const version of [1, 4]) {
  step('topics', DescribeConfigsRequest, version, {
    resources: ['table', 'nothing', 'a b'].map(resourceName => ({ resourceType: 2, resourceName, configurationKeys: null })),
    includeSynonyms: true,
  })
}
step('two keys', DescribeConfigsRequest, 4, {
  resources: [{ resourceType: 2, resourceName: 'table', configurationKeys: ['retention.ms', 'cleanup.policy', 'no.such'] }],
})
step('brokers', DescribeConfigsRequest, 4, {
  resources: ['', '2', 'one'].map(resourceName => ({ resourceType: 4, resourceName, configurationKeys: null })),
})
step('a kind that does not exist', DescribeConfigsRequest, 4, {
  resources: [{ resourceType: 7, resourceName: 'x', configurationKeys: null }],
})
for (const version of [1, 4, 5])
  step('one topic', DescribeLogDirsRequest, version, { topics: [{ topic: 'orders', partitions: [0, 1, 9] }] })
const removeRecords = (what: string, name: string, offset: bigint, partitionIndex = 0) =>
  step(what, DeleteRecordsRequest, 2, { topics: [{ name, partitions: [{ partitionIndex, offset }] }], timeoutMs: 5000 })
removeRecords('some', 'orders', 2n)
removeRecords('backwards', 'orders', 1n)
removeRecords('behind the end', 'orders', 999n)
removeRecords('to the end', 'orders', -1n)
removeRecords('a negative offset', 'orders', -7n)
removeRecords('of a compacted topic', 'table', 0n)
removeRecords('of an unknown partition', 'orders', 0n, 9)
fetch('what was deleted', { offset: 0n })
step('the start afterwards', ListOffsetsRequest, 8, {
  replicaId: -1,
  topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -2n }] }],
})
const grow = (what: string, name: string, count: number, assignments: { brokerIds: number[] }[] | null = null) =>
  step(what, CreatePartitionsRequest, 3, { topics: [{ name, count, assignments }], timeoutMs: 5000, validateOnly: false })
grow('as many', 'orders', 3)
grow('fewer', 'orders', 2)
grow('none', 'orders', 0)
grow('of an unknown topic', 'nothing', 3)
grow('with too few assignments', 'orders', 5, [{ brokerIds: [1] }])
grow('on unknown brokers', 'orders', 4, [{ brokerIds: [9] }])
grow('more', 'orders', 4)
step('by name', DeleteTopicsRequest, 5, { topicNames: ['spare', 'nothing'], timeoutMs: 5000 })
step('by id', DeleteTopicsRequest, 6, ({ topicIds }) => ({
  topics: [
    { name: null, topicId: topicIds.get('small')! },
    { name: null, topicId: unknownId },
    { name: 'nothing', topicId: zeroUuid },
  ],
  timeoutMs: 5000,
}))

// Settings changed

type Changes = Input<typeof IncrementalAlterConfigsRequest>['resources']
const change = (what: string, resources: Changes, validateOnly = false) =>
  step(what, IncrementalAlterConfigsRequest, 1, { resources, validateOnly })
const onTopic = (resourceName: string, configs: Changes[number]['configs']) => ({ resourceType: 2, resourceName, configs })
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3]
change('set and deleted', [
  onTopic('orders', [
    { name: 'retention.ms', configOperation: SET, value: '100000000' },
    { name: 'segment.bytes', configOperation: DELETE, value: null },
  ]),
])
change('of unknown topics', [onTopic('nothing', [{ name: 'retention.ms', configOperation: SET, value: '1' }]), onTopic('a b', [])])
for (const [what, name, configOperation, value] of [
  ['an unknown name', 'no.such', SET, '1'],
  ['a wrong value', 'retention.ms', SET, 'long'],
  ['no value', 'retention.ms', SET, null],
  ['appended to a list', 'cleanup.policy', APPEND, 'compact'],
  ['appended to no list', 'retention.ms', APPEND, '1'],
  ['subtracted from a list', 'cleanup.policy', SUBTRACT, 'delete'],
  ['an unknown operation', 'retention.ms', 9, '1'],
] as const) {
  change(what, [onTopic('orders', [{ name, configOperation, value }])])
}
change('the same resource twice', [onTopic('orders', []), onTopic('orders', [])])
change('the same setting twice', [
  onTopic('orders', [
    { name: 'retention.ms', configOperation: SET, value: '1' },
    { name: 'retention.ms', configOperation: SET, value: '2' },
  ]),
])
change('validated only', [onTopic('orders', [{ name: 'retention.ms', configOperation: SET, value: '7' }])], true)
change('a kind that does not exist', [{ resourceType: 7, resourceName: 'x', configs: [] }])
for (const resourceName of ['', '1', '2', 'one'])
  change(`of the broker '${resourceName}'`, [
    { resourceType: 4, resourceName, configs: [{ name: 'log.retention.ms', configOperation: SET, value: '500000000' }] },
  ])
change('of a broker, at a time when it runs', [
  { resourceType: 4, resourceName: '1', configs: [{ name: 'num.partitions', configOperation: SET, value: '5' }] },
])
step(
  'what was changed',
  DescribeConfigsRequest,
  4,
  {
    resources: [
      { resourceType: 2, resourceName: 'orders', configurationKeys: ['retention.ms', 'cleanup.policy', 'segment.bytes'] },
      { resourceType: 4, resourceName: '1', configurationKeys: ['log.retention.ms'] },
      { resourceType: 4, resourceName: '', configurationKeys: ['log.retention.ms'] },
    ],
    includeSynonyms: true,
  },
  { eventually: true },
)
change('of the brokers, taken back', [
  { resourceType: 4, resourceName: '1', configs: [{ name: 'log.retention.ms', configOperation: DELETE, value: null }] },
  { resourceType: 4, resourceName: '', configs: [{ name: 'log.retention.ms', configOperation: DELETE, value: null }] },
])
for (const resourceName of ['1', '', '2'])
  change(`a level of a logger of the broker '${resourceName}'`, [
    { resourceType: 8, resourceName, configs: [{ name: 'root', configOperation: SET, value: 'LOUD' }] },
  ])
change('a logger that does not exist', [
  { resourceType: 8, resourceName: '1', configs: [{ name: 'no.such.logger', configOperation: SET, value: 'INFO' }] },
])
type Replaced = Input<typeof AlterConfigsRequest>['resources'][number]['configs']
const replace = (what: string, resourceName: string, configs: Replaced) =>
  step(what, AlterConfigsRequest, 2, { resources: [{ resourceType: 2, resourceName, configs }], validateOnly: false })
replace('a value', 'orders', [{ name: 'max.message.bytes', value: '2000000' }])
replace('no value', 'orders', [{ name: 'max.message.bytes', value: null }])
replace('an unknown name', 'orders', [{ name: 'no.such', value: '1' }])
replace('of an unknown topic', 'nothing', [])
step(
  'what was replaced',
  DescribeConfigsRequest,
  4,
  {
    resources: [{ resourceType: 2, resourceName: 'orders', configurationKeys: ['retention.ms', 'cleanup.policy', 'max.message.bytes'] }],
  },
  { eventually: true },
)
replace('with nothing', 'orders', [])

// Leaders and replicas

for (const version of [0, 2])
  step('preferred', ElectLeadersRequest, version, {
    ...(version > 0 && { electionType: 0 }),
    topicPartitions: [
      { topic: 'orders', partitions: [0, 9] },
      { topic: 'nothing', partitions: [0] },
    ],
  })
step('unclean', ElectLeadersRequest, 2, { electionType: 1, topicPartitions: [{ topic: 'orders', partitions: [0, 9] }] })
step('of a kind that does not exist', ElectLeadersRequest, 2, {
  electionType: 7,
  topicPartitions: [{ topic: 'orders', partitions: [0] }],
})
const reassign = (what: string, name: string, replicas: number[] | null, partitionIndex = 0) =>
  step(what, AlterPartitionReassignmentsRequest, 1, { topics: [{ name, partitions: [{ partitionIndex, replicas }] }] })
reassign('to where it is', 'orders', [1])
reassign('to an unknown broker', 'orders', [9])
reassign('to nobody', 'orders', [])
reassign('to one twice', 'orders', [1, 1])
reassign('given up where there is none', 'orders', null)
reassign('of an unknown topic', 'nothing', [1])
reassign('of an unknown partition', 'orders', [1], 9)
step('to more than there were', AlterPartitionReassignmentsRequest, 1, {
  allowReplicationFactorChange: false,
  topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas: [1, 2] }] }],
})
step('all', ListPartitionReassignmentsRequest, 0, { topics: null })
step('of some', ListPartitionReassignmentsRequest, 0, {
  topics: [
    { name: 'orders', partitionIndexes: [0, 9] },
    { name: 'nothing', partitionIndexes: [0] },
  ],
})
for (const version of [0, 1, 2])
  step('metadata and others', DescribeQuorumRequest, version, {
    topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
  })
step('another topic', DescribeQuorumRequest, 2, { topics: [{ topicName: 'orders', partitions: [{ partitionIndex: 0 }] }] })
type Page = Input<typeof DescribeTopicPartitionsRequest>
const page = (what: string, body: Page) => step(what, DescribeTopicPartitionsRequest, 0, body)
const names = ['table', 'orders', 'nothing', 'a b'].map(name => ({ name }))
page('some topics', { topics: names })
page('two partitions of them', { topics: names, responsePartitionLimit: 2 })
page('from a cursor on', { topics: names, cursor: { topicName: 'orders', partitionIndex: 2 } })
page('from a cursor on, one partition', {
  topics: names,
  cursor: { topicName: 'orders', partitionIndex: 1 },
  responsePartitionLimit: 1,
})
page('a cursor at the end of a topic', { topics: names, cursor: { topicName: 'orders', partitionIndex: 99 } })
step('to a directory that is not there', AlterReplicaLogDirsRequest, 2, {
  dirs: [
    {
      path: '/no/such/directory',
      topics: [
        { name: 'orders', partitions: [0, 9] },
        { name: 'nothing', partitions: [0] },
      ],
    },
  ],
})

// Groups taken away

const forgetOffsets = (what: string, groupId: string, name: string, partitionIndex: number) =>
  step(what, OffsetDeleteRequest, 0, { groupId, topics: [{ name, partitions: [{ partitionIndex }] }] })
forgetOffsets('of a partition', 'bare', 'orders', 0)
forgetOffsets('again', 'bare', 'orders', 0)
forgetOffsets('of an unknown partition', 'billing', 'orders', 99)
forgetOffsets('of an unknown topic', 'billing', 'nothing', 0)
forgetOffsets('of an unknown group', 'nobody', 'orders', 0)
for (const version of [2, 3]) step('one and an unknown one', DeleteGroupsRequest, version, { groupsNames: [`billing`, 'nobody'] })
step('after that', ListGroupsRequest, 5, {})

// Rules, users, quotas, features

const anyAcl = {
  resourceTypeFilter: 1,
  ...{ resourceNameFilter: null, patternTypeFilter: 1, principalFilter: null, hostFilter: null, operation: 1, permissionType: 1 },
}
step('without an authorizer', DescribeAclsRequest, 3, anyAcl)
step('without an authorizer', DeleteAclsRequest, 3, { filters: [anyAcl] })
step('without an authorizer', CreateAclsRequest, 3, {
  creations: [{ resourceType: 2, resourceName: 'orders', principal: 'User:a', host: '*', operation: 3, permissionType: 3 }],
})
const SALTED = new Uint8Array(32).fill(7)
type Upsertion = Input<typeof AlterUserScramCredentialsRequest>['upsertions'][number]
const upsert = (name: string, rest: Partial<Upsertion> = {}) => ({
  ...{ name, mechanism: 1, iterations: 4096, salt: SALTED, saltedPassword: SALTED },
  ...rest,
})
const scram = (what: string, upsertions: Upsertion[], deletions: { name: string; mechanism: number }[] = []) =>
  step(what, AlterUserScramCredentialsRequest, 0, { upsertions, deletions })
scram('two', [upsert('ann'), upsert('ben')])
scram('another of one', [upsert('ann', { mechanism: 2, iterations: 8192 })])
scram('two of one at a time', [upsert('cid'), upsert('cid', { mechanism: 2 })])
scram('twice the same', [upsert('cid'), upsert('cid')])
scram('too few rounds', [upsert('cid', { iterations: 100 })])
scram('too many rounds', [upsert('cid', { iterations: 100_000 })])
scram('another mechanism', [upsert('cid', { mechanism: 9 })])
scram('nobody', [upsert('')])
scram('one taken away', [], [{ name: 'ben', mechanism: 1 }])
scram('one taken away that is not there', [], [{ name: 'ben', mechanism: 2 }])
step('all', DescribeUserScramCredentialsRequest, 0, { users: null }, { eventually: true })
step('some', DescribeUserScramCredentialsRequest, 0, { users: ['ann', 'ben', 'dot', 'dot'].map(name => ({ name })) }, { eventually: true })
type Quota = Input<typeof AlterClientQuotasRequest>['entries'][number]
const quota = (what: string, entity: Record<string, string | null>, ops: Quota['ops'], validateOnly = false) =>
  step(what, AlterClientQuotasRequest, 1, {
    entries: [{ entity: Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName })), ops }],
    validateOnly,
  })
const rate = (value: number, key = 'producer_byte_rate') => [{ key, value, remove: false }]
quota('of a user', { user: 'ann' }, rate(1_000_000))
quota('of the default client', { 'client-id': null }, rate(2_000_000, 'consumer_byte_rate'))
quota('of both', { user: 'ann', 'client-id': 'x' }, rate(50, 'request_percentage'))
quota('of an address', { ip: '127.0.0.9' }, rate(100, 'connection_creation_rate'))
quota('of an address and a user', { ip: '127.0.0.9', user: 'ann' }, rate(100, 'connection_creation_rate'))
quota('of nobody', {}, rate(1))
quota('of an unknown kind', { shoe: 'left' }, rate(1))
quota('an unknown key', { user: 'ann' }, rate(1, 'no_such_rate'))
quota('below zero', { user: 'ann' }, rate(-1))
quota('a fraction', { user: 'ann' }, rate(1.5))
quota('validated only', { user: 'eve' }, rate(1_000_000), true)
quota('removed that is not there', { user: 'eve' }, [{ key: 'producer_byte_rate', value: 0, remove: true }])
type Component = Input<typeof DescribeClientQuotasRequest>['components'][number]
const quotas = (what: string, components: Component[], strict = false) =>
  step(what, DescribeClientQuotasRequest, 1, { components, strict }, { eventually: true })
quotas('all', [])
quotas('of users', [{ entityType: 'user', matchType: 2, match: null }])
quotas('of users alone', [{ entityType: 'user', matchType: 2, match: null }], true)
quotas('of one user', [{ entityType: 'user', matchType: 0, match: 'ann' }])
quotas('of the default client', [{ entityType: 'client-id', matchType: 1, match: null }])
quotas('of an unknown kind', [{ entityType: 'shoe', matchType: 2, match: null }])
quotas('of no kind', [{ entityType: '', matchType: 2, match: null }])
quotas('of a kind twice', [
  { entityType: 'user', matchType: 2, match: null },
  { entityType: 'user', matchType: 1, match: null },
])
quotas('an unknown match', [{ entityType: 'user', matchType: 7, match: null }])
quota('removed', { user: 'ann' }, [{ key: 'producer_byte_rate', value: 0, remove: true }])
for (const version of [0, 1, 2]) {
  step('one that does not exist', UpdateFeaturesRequest, version, { featureUpdates: [{ feature: 'no.such', maxVersionLevel: 1 }] })
  step('a level that does not exist', UpdateFeaturesRequest, version, {
    featureUpdates: [{ feature: 'group.version', maxVersionLevel: 99 }],
  })
}
step('validated only', UpdateFeaturesRequest, 2, { featureUpdates: [{ feature: 'group.version', maxVersionLevel: 1 }], validateOnly: true })
step('a level lower, as an upgrade', UpdateFeaturesRequest, 2, {
  featureUpdates: [{ feature: 'streams.version', maxVersionLevel: 0, upgradeType: 1 }],
})
step('of the cluster', ApiVersionsRequest, 4, { clientSoftwareName: 'asker', clientSoftwareVersion: '1' })
for (const version of [1, 3]) step('of nobody known', CreateDelegationTokenRequest, version, { renewers: [], maxLifetimeMs: -1n })
step('of nobody known', RenewDelegationTokenRequest, 2, { hmac: SALTED, renewPeriodMs: 1n })
step('of nobody known', ExpireDelegationTokenRequest, 2, { hmac: SALTED, expiryTimePeriodMs: 1n })
step('of nobody known', DescribeDelegationTokenRequest, 3, { owners: null })

// Logins where none is asked for

for (const version of [0, 1]) step('out of place', SaslHandshakeRequest, version, { mechanism: 'PLAIN' })
for (const version of [0, 1, 2]) step('out of place', SaslAuthenticateRequest, version, { authBytes: new Uint8Array(3) })
