import {
  AlterClientQuotasRequest,
  AlterConfigsRequest,
  AlterPartitionReassignmentsRequest,
  AlterReplicaLogDirsRequest,
  AlterUserScramCredentialsRequest,
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
  InitProducerIdRequest,
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
import { createSandbox } from '@milena/client-core/sandbox'
import { listen } from '@milena/client-core/sandbox/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useKafka } from '../kafka/use.js'
import { Asker } from './asker.js'
import { recorder, type Step, unknownId } from './step.js'
import { transcript } from './transcript.js'

/*
 * The sandbox refuses and allows as Kafka with an authorizer does: an administrator makes rules, and alice tries everything before and after.
 */

const SECRET = '0123456789abcdef0123456789abcdef'
const steps: Step[] = []
const step = recorder(steps)
const alice = { as: 'alice' }

// What alice may not do, and who she does not see.

const topicNames = ['orders', 'other', 'nothing', 'a b']
const batch = () => encodeBatch([{ key: 'k', value: 'v', timestamp: BigInt(Date.now()) }])
function everything(eventually: boolean): void {
  const as = { ...alice, eventually }
  for (const version of [4, 9, 12])
    step(
      'four topics',
      MetadataRequest,
      version,
      {
        topics: topicNames.map(name => ({ name })),
        allowAutoTopicCreation: false,
        ...(version >= 8 && { includeTopicAuthorizedOperations: true }),
      },
      as,
    )
  step('all', MetadataRequest, 12, { topics: null }, alice)
  step(
    'by id',
    MetadataRequest,
    12,
    ({ topicIds }) => ({
      topics: [topicIds.get('orders')!, unknownId].map(topicId => ({ name: null, topicId })),
    }),
    alice,
  )
  step('of the cluster', DescribeClusterRequest, 2, { includeClusterAuthorizedOperations: true }, alice)
  for (const name of ['orders', 'nothing']) {
    step(
      `to ${name}`,
      ProduceRequest,
      9,
      { acks: -1, timeoutMs: 5000, topicData: [{ name, partitionData: [{ index: 0, records: batch() }] }] },
      alice,
    )
    step(
      `from ${name}`,
      FetchRequest,
      12,
      {
        ...{ maxWaitMs: 0, minBytes: 1, maxBytes: 1, sessionEpoch: -1, forgottenTopicsData: [] },
        topics: [{ topic: name, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 }] }],
      },
      alice,
    )
    step(
      `of ${name}`,
      ListOffsetsRequest,
      8,
      { replicaId: -1, topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -2n }] }] },
      alice,
    )
    step(`of ${name}`, OffsetForLeaderEpochRequest, 4, { topics: [{ topic: name, partitions: [{ partition: 0, leaderEpoch: 0 }] }] }, alice)
    step(
      `of ${name}`,
      DeleteRecordsRequest,
      2,
      { topics: [{ name, partitions: [{ partitionIndex: 0, offset: 0n }] }], timeoutMs: 5000 },
      alice,
    )
    step(
      `of ${name}`,
      DescribeConfigsRequest,
      4,
      { resources: [{ resourceType: 2, resourceName: name, configurationKeys: ['retention.ms'] }] },
      alice,
    )
    step(
      `of ${name}`,
      IncrementalAlterConfigsRequest,
      1,
      { resources: [{ resourceType: 2, resourceName: name, configs: [] }], validateOnly: true },
      alice,
    )
    step(
      `of ${name}`,
      AlterConfigsRequest,
      2,
      { resources: [{ resourceType: 2, resourceName: name, configs: [] }], validateOnly: true },
      alice,
    )
    step(
      `of ${name}`,
      CreatePartitionsRequest,
      3,
      { topics: [{ name, count: 1, assignments: null }], timeoutMs: 5000, validateOnly: true },
      alice,
    )
    step(`of ${name}`, DescribeTopicPartitionsRequest, 0, { topics: [{ name }] }, alice)
  }
  step(
    'by topic id',
    ProduceRequest,
    13,
    ({ topicIds }) => ({
      acks: 1,
      timeoutMs: 5000,
      topicData: [{ topicId: topicIds.get('other')!, partitionData: [{ index: 0, records: batch() }] }],
    }),
    alice,
  )
  step(
    'by topic id',
    FetchRequest,
    13,
    ({ topicIds }) => ({
      ...{ maxWaitMs: 0, minBytes: 1, maxBytes: 1, sessionEpoch: -1, forgottenTopicsData: [] },
      topics: [{ topicId: topicIds.get('other')!, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 }] }],
    }),
    alice,
  )
  step(
    'of this broker',
    DescribeConfigsRequest,
    4,
    { resources: [{ resourceType: 4, resourceName: '1', configurationKeys: ['num.partitions'] }] },
    alice,
  )
  step(
    'of this broker',
    IncrementalAlterConfigsRequest,
    1,
    { resources: [{ resourceType: 4, resourceName: '1', configs: [] }], validateOnly: true },
    alice,
  )
  const made = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
  step(
    'validated',
    CreateTopicsRequest,
    7,
    { topics: ['made', 'orders'].map(name => ({ name, ...made })), validateOnly: true, timeoutMs: 5000 },
    alice,
  )
  step(
    'by name',
    DeleteTopicsRequest,
    6,
    { topics: ['other', 'nothing'].map(name => ({ name, topicId: zeroUuid })), timeoutMs: 5000 },
    alice,
  )
  step(
    'by id',
    DeleteTopicsRequest,
    6,
    ({ topicIds }) => ({ topics: [{ name: null, topicId: topicIds.get('other')! }], timeoutMs: 5000 }),
    alice,
  )
  step('all', DescribeLogDirsRequest, 4, { topics: [{ topic: 'orders', partitions: [0] }] }, alice)
  step('nowhere', AlterReplicaLogDirsRequest, 2, { dirs: [{ path: '/nowhere', topics: [{ name: 'orders', partitions: [0] }] }] }, alice)
  step('one', ElectLeadersRequest, 2, { electionType: 0, topicPartitions: [{ topic: 'orders', partitions: [0] }] }, alice)
  step('none', AlterPartitionReassignmentsRequest, 1, { topics: [] }, alice)
  step('all', ListPartitionReassignmentsRequest, 0, { topics: null }, alice)
  step('metadata', DescribeQuorumRequest, 2, { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }, alice)
  step(
    'of a user',
    AlterClientQuotasRequest,
    1,
    { entries: [{ entity: [{ entityType: 'user', entityName: 'x' }], ops: [] }], validateOnly: true },
    alice,
  )
  step('all', DescribeClientQuotasRequest, 1, { components: [], strict: false }, alice)
  step('of a user', AlterUserScramCredentialsRequest, 0, { deletions: [{ name: 'nobody', mechanism: 1 }], upsertions: [] }, alice)
  // Kafka 4.4 has no answer at all for one who may not ask for all of them.
  step('one', DescribeUserScramCredentialsRequest, 0, { users: [{ name: 'nobody' }] }, alice)
  step('one', UpdateFeaturesRequest, 2, { featureUpdates: [{ feature: 'group.version', maxVersionLevel: 1 }], validateOnly: true }, alice)
  step('all', DescribeAclsRequest, 3, anyAcl, alice)
  step('one', DeleteAclsRequest, 3, { filters: [{ ...anyAcl, principalFilter: 'User:nobody' }] }, alice)
  step('one', CreateAclsRequest, 3, { creations: [rule({ principal: 'User:bob', resourceName: 'elsewhere' })] }, alice)
  step('without a transaction', InitProducerIdRequest, 4, { transactionalId: null, transactionTimeoutMs: 1000 }, alice)
  step('of two', FindCoordinatorRequest, 4, { coordinatorKeys: ['billing', 'shipping'] }, alice)
  const partitions = [{ partitionIndex: 0, committedOffset: 3n, committedMetadata: null }]
  for (const groupId of ['billing', 'shipping'])
    step(`of ${groupId}`, OffsetCommitRequest, 8, { groupId, topics: ['orders', 'other'].map(name => ({ name, partitions })) }, alice)
  step(
    'two groups',
    OffsetFetchRequest,
    8,
    {
      groups: ['billing', 'shipping'].map(groupId => ({
        groupId,
        topics: ['orders', 'other'].map(name => ({ name, partitionIndexes: [0] })),
      })),
    },
    alice,
  )
  step('all of two groups', OffsetFetchRequest, 8, { groups: ['billing', 'shipping'].map(groupId => ({ groupId, topics: null })) }, alice)
  step('one group', OffsetFetchRequest, 1, { groupId: 'shipping', topics: [{ name: 'orders', partitionIndexes: [0] }] }, alice)
  step('all', ListGroupsRequest, 5, {}, alice)
  step('two', DescribeGroupsRequest, 5, { groups: ['billing', 'shipping'], includeAuthorizedOperations: true }, alice)
  step('two', ConsumerGroupDescribeRequest, 1, { groupIds: ['billing', 'shipping'], includeAuthorizedOperations: false }, alice)
  step('one', DeleteGroupsRequest, 3, { groupsNames: ['shipping'] }, alice)
  step(
    'of a topic',
    OffsetDeleteRequest,
    0,
    { groupId: 'billing', topics: [{ name: 'other', partitions: [{ partitionIndex: 0 }] }] },
    alice,
  )
}

const anyAcl = {
  ...{ resourceTypeFilter: 1, resourceNameFilter: null, patternTypeFilter: 1, principalFilter: null, hostFilter: null },
  ...{ operation: 1, permissionType: 1 },
}
type Rule = Input<typeof CreateAclsRequest>['creations'][number]
const rule = (rest: Partial<Rule>): Rule => ({
  ...{
    resourceType: 2,
    resourceName: 'orders',
    resourcePatternType: 3,
    principal: 'User:alice',
    host: '*',
    operation: 3,
    permissionType: 3,
  },
  ...rest,
})
const [READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS] = [3, 4, 8, 10]
const [GROUP, CLUSTER] = [3, 4]

step('two topics', CreateTopicsRequest, 7, {
  topics: ['orders', 'other'].map(name => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] })),
  timeoutMs: 5000,
})
step('of billing', OffsetCommitRequest, 8, {
  groupId: 'billing',
  topics: ['orders', 'other'].map(name => ({ name, partitions: [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: null }] })),
})
everything(false)
step('rules', CreateAclsRequest, 3, {
  creations: [
    rule({ operation: READ }),
    rule({ operation: WRITE }),
    rule({ operation: DESCRIBE_CONFIGS }),
    rule({ resourceType: GROUP, resourceName: 'bill', resourcePatternType: 4, operation: READ }),
    rule({ resourceType: CLUSTER, resourceName: 'kafka-cluster', operation: DESCRIBE }),
    rule({ resourceName: 'oth', resourcePatternType: 4, operation: DESCRIBE }),
  ],
})
for (const [what, wrong] of [
  ['no principal', { principal: 'alice' }],
  ['no resource', { resourceName: '' }],
  ['another cluster', { resourceType: CLUSTER, resourceName: 'mine' }],
] as const) {
  step(`a rule with ${what}`, CreateAclsRequest, 3, { creations: [rule(wrong)] })
}
step('the rules', DescribeAclsRequest, 3, anyAcl, { eventually: true })
for (const [what, filter] of [
  ['of a topic, by what it falls under', { resourceTypeFilter: 2, resourceNameFilter: 'other', patternTypeFilter: 2 }],
  ['of a topic, literally', { resourceTypeFilter: 2, resourceNameFilter: 'other', patternTypeFilter: 3 }],
  ['of a user', { principalFilter: 'User:alice', operation: READ }],
  ['of nobody', { principalFilter: 'User:nobody' }],
] as const) {
  step(what, DescribeAclsRequest, 3, { ...anyAcl, ...filter }, { eventually: true })
}
everything(true)
step('reading is denied', CreateAclsRequest, 3, { creations: [rule({ permissionType: 2, principal: 'User:*' })] })
step('the rules', DescribeAclsRequest, 3, anyAcl, { eventually: true })
step(
  'what is allowed and denied',
  FetchRequest,
  12,
  {
    ...{ maxWaitMs: 0, minBytes: 1, maxBytes: 1, sessionEpoch: -1, forgottenTopicsData: [] },
    topics: [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: 99n, partitionMaxBytes: 1 }] }],
  },
  { ...alice, eventually: true },
)
step('some', DeleteAclsRequest, 3, { filters: [{ ...anyAcl, resourceTypeFilter: GROUP }] })

// Delegation tokens

const renewers = [{ principalType: 'User', principalName: 'bob' }]
step('without a login', CreateDelegationTokenRequest, 3, { renewers: [], maxLifetimeMs: -1n })
step(
  'with a wrong renewer',
  CreateDelegationTokenRequest,
  2,
  { renewers: [{ principalType: 'Group', principalName: 'x' }], maxLifetimeMs: -1n },
  alice,
)
step(
  'for somebody else',
  CreateDelegationTokenRequest,
  3,
  { ownerPrincipalType: 'User', ownerPrincipalName: 'bob', renewers: [], maxLifetimeMs: -1n },
  alice,
)
step('her own', CreateDelegationTokenRequest, 3, { renewers, maxLifetimeMs: 3_600_000n }, alice)
step('hers', DescribeDelegationTokenRequest, 3, { owners: null }, { ...alice, eventually: true })
step('of others', DescribeDelegationTokenRequest, 3, { owners: [{ principalType: 'User', principalName: 'bob' }] }, alice)
step('hers', RenewDelegationTokenRequest, 2, ({ hmac }) => ({ hmac, renewPeriodMs: 1000n }), alice)
step('not hers', RenewDelegationTokenRequest, 2, ({ hmac }) => ({ hmac, renewPeriodMs: 1000n }), { as: 'carol' })
step('as a renewer', RenewDelegationTokenRequest, 2, ({ hmac }) => ({ hmac, renewPeriodMs: 1000n }), { as: 'bob' })
step('one that is not there', RenewDelegationTokenRequest, 2, { hmac: new Uint8Array(64), renewPeriodMs: 1000n }, alice)
step('one that is not there', ExpireDelegationTokenRequest, 2, { hmac: new Uint8Array(64), expiryTimePeriodMs: -1n }, alice)
step('hers', ExpireDelegationTokenRequest, 2, ({ hmac }) => ({ hmac, expiryTimePeriodMs: -1n }), alice)
step('none left', DescribeDelegationTokenRequest, 3, { owners: null }, { ...alice, eventually: true })

const users = ['alice', 'bob', 'carol']
const kafka = useKafka({
  settings: {
    'auto.create.topics.enable': false,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'delegation.token.secret.key': SECRET,
  },
  listeners: {
    SASL: {
      protocol: 'SASL_PLAINTEXT',
      settings: {
        'sasl.enabled.mechanisms': 'PLAIN',
        'plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${users.map(name => `user_${name}="secret"`).join(' ')};`,
      },
    },
  },
})
const answers = new Map<Step, { kafka: unknown; sandbox: unknown }>()
let close = async () => {}

beforeAll(async () => {
  const sandbox = await createSandbox({
    brokers: [{ rack: 'rack-1' }],
    autoCreateTopics: false,
    acls: { superUsers: ['User:ANONYMOUS'] },
    sasl: { users: Object.fromEntries(users.map(name => [name, 'secret'])), memory: false },
    brokerConfigs: {
      'log.segment.delete.delay.ms': '500',
      'offsets.topic.num.partitions': '1',
      'min.insync.replicas': '1',
      'delegation.token.secret.key': SECRET,
    },
  })
  const plain = await listen(sandbox, { sasl: false })
  const asking = await listen(sandbox)
  const theirs = await parties(kafka().bootstrap[0], kafka().bootstrapOf('SASL')[0])
  const ours = await parties(plain.seedBrokers[0], asking.seedBrokers[0])
  close = async () => {
    for (const asker of [...theirs.values(), ...ours.values()]) asker.close()
    await sandbox.close()
  }
  const said = await transcript(steps, ({ as }) => ours.get(as)!)
  const expected = await transcript(steps, ({ as }) => theirs.get(as)!, said)
  for (const [i, step] of steps.entries()) answers.set(step, { kafka: expected[i], sandbox: said[i] })
}, 180_000)
afterAll(() => close())

/** Who asks, by name; '' did not log in. */
async function parties(plain: string, sasl: string): Promise<Map<string, Asker>> {
  const all = new Map([['', await Asker.dial(plain)]])
  for (const name of users) {
    const asker = await Asker.dial(sasl)
    await asker.ask(SaslHandshakeRequest, 1, { mechanism: 'PLAIN' })
    const { errorCode } = await asker.ask(SaslAuthenticateRequest, 2, { authBytes: Buffer.from(`\0${name}\0secret`) })
    if (errorCode !== 0) throw new Error(`${name} cannot log in: error ${errorCode}`)
    all.set(name, asker)
  }
  return all
}

describe('the sandbox allows and refuses as Kafka does', () => {
  test.each(steps.map((step, i) => ({ step, name: `${i + 1}. ${step.name}` })))('$name', ({ step }) => {
    const { kafka, sandbox } = answers.get(step)!
    expect(sandbox).toEqual(kafka)
  })
})
