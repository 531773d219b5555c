import { describe, expect, test } from 'vitest'
import { CreateAclsRequest } from '../../protocol/api/create-acls.js'
import { CreateTopicsRequest } from '../../protocol/api/create-topics.js'
import { DeleteAclsRequest } from '../../protocol/api/delete-acls.js'
import { DescribeAclsRequest } from '../../protocol/api/describe-acls.js'
import { DescribeGroupsRequest } from '../../protocol/api/describe-groups.js'
import { FetchRequest } from '../../protocol/api/fetch.js'
import { FindCoordinatorRequest } from '../../protocol/api/find-coordinator.js'
import { InitProducerIdRequest } from '../../protocol/api/init-producer-id.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { OffsetCommitRequest } from '../../protocol/api/offset-commit.js'
import { errnoOf } from '../../protocol/errors.js'
import { Acls } from '../state/acls.js'
import { batchOf, produceTo, setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'
import { type AclRule, aclsOf } from './acl-rule.js'

const DENIED = { topic: errnoOf('TOPIC_AUTHORIZATION_FAILED'), group: errnoOf('GROUP_AUTHORIZATION_FAILED') }
const anyAcl = {
  ...{ resourceTypeFilter: 1, resourceNameFilter: null, patternTypeFilter: 1, principalFilter: null, hostFilter: null },
  ...{ operation: 1, permissionType: 1 },
}
async function fetchCode(client: TestClient, topic = 'orders') {
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }]
  const { responses } = await client.ask(FetchRequest, 12, {
    maxWaitMs: 0,
    minBytes: 0,
    topics: [{ topic, partitions }],
    forgottenTopicsData: [],
  })
  return responses[0].partitions[0].errorCode
}

describe('what is denied', () => {
  test('of a topic: reading and writing on their own, other topics not', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1, other: 1 } })
    const undo = sandbox.deny({ topic: 'orders', operation: 'WRITE' })
    expect((await produceTo(client, 'orders', batchOf(['a']))).errorCode).toBe(DENIED.topic)
    expect((await produceTo(client, 'other', batchOf(['a']))).errorCode).toBe(0)
    expect(await fetchCode(client)).toBe(0)
    undo()
    expect((await produceTo(client, 'orders', batchOf(['a']))).errorCode).toBe(0)
    sandbox.deny({ topic: 'ord', prefixed: true, operation: ['READ', 'DESCRIBE'] })
    expect(await fetchCode(client)).toBe(DENIED.topic)
    const named = await client.ask(MetadataRequest, 12, { topics: [{ name: 'orders' }, { name: 'orders-to-come' }] })
    expect(named.topics.map(({ errorCode }) => errorCode)).toEqual([DENIED.topic, DENIED.topic])
    const all = await client.ask(MetadataRequest, 12, { topics: null })
    expect(all.topics.map(({ name }) => name)).toEqual(['other'])
  })

  test('of groups, transactional ids and the cluster', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    sandbox.deny({ group: 'secret' })
    const { groups } = await client.ask(DescribeGroupsRequest, 5, { groups: ['secret', 'open'] })
    expect(groups.map(({ errorCode }) => errorCode)).toEqual([DENIED.group, 0])
    const found = await client.ask(FindCoordinatorRequest, 4, { coordinatorKeys: ['secret', 'open'] })
    expect(found.coordinators.map(({ errorCode }) => errorCode)).toEqual([DENIED.group, 0])
    const partitions = [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: null }]
    const committed = await client.ask(OffsetCommitRequest, 8, { groupId: 'secret', topics: [{ name: 'orders', partitions }] })
    expect(committed.topics[0].partitions[0].errorCode).toBe(DENIED.group)
    sandbox.deny({ transactionalId: 'tx' })
    const transaction = await client.ask(InitProducerIdRequest, 4, { transactionalId: 'tx', transactionTimeoutMs: 1 })
    expect(transaction.errorCode).toBe(errnoOf('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'))
    sandbox.deny({ cluster: true, operation: ['CREATE', 'IDEMPOTENT_WRITE'] })
    const identity = async () => (await client.ask(InitProducerIdRequest, 4, { transactionalId: null, transactionTimeoutMs: 1 })).errorCode
    // Who may write to some topic may write to it idempotently (KIP-679).
    expect(await identity()).toBe(0)
    sandbox.deny({ topic: '*', operation: 'WRITE' })
    expect(await identity()).toBe(errnoOf('CLUSTER_AUTHORIZATION_FAILED'))
    sandbox.deny({ topic: 'new', operation: 'CREATE' })
    const topics = ['new', 'other'].map(name => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }))
    const made = await client.ask(CreateTopicsRequest, 7, { topics })
    expect(made.topics.map(({ errorCode }) => errorCode)).toEqual([DENIED.topic, 0])
  })

  test('others are not touched by what is denied to one', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 } })
    sandbox.deny({ topic: 'orders', principal: 'User:alice' })
    expect(await fetchCode(client)).toBe(0)
    sandbox.deny({ topic: 'orders', host: '10.0.0.1' })
    expect(await fetchCode(client)).toBe(0)
    sandbox.deny({ topic: 'orders', principal: 'User:ANONYMOUS' })
    expect(await fetchCode(client)).toBe(DENIED.topic)
  })

  test.each<[unknown, RegExp]>([
    [{}, /names 0 resources/],
    [{ topic: 'a', group: 'b' }, /names 2 resources/],
    [{ topic: 'a', principal: 'alice' }, /principal 'alice'/],
    [{ topic: 'a', operation: 'SING' }, /operation that Kafka does not know/],
  ])('a rule that says nothing is refused: %o', (rule, message) => {
    expect(() => aclsOf(rule as AclRule, 'DENY')).toThrow(message)
  })
})

describe('an authorizer (option acls)', () => {
  test('lets nobody do what no rule allows; super users do all', async () => {
    const { sandbox, client } = await setup({ topics: { orders: 1 }, acls: {} })
    expect(await fetchCode(client)).toBe(DENIED.topic)
    const undo = sandbox.allow({ topic: 'orders', operation: 'READ' })
    expect(await fetchCode(client)).toBe(0)
    // Reading implies looking at it.
    expect((await client.ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })).topics[0].errorCode).toBe(0)
    expect((await produceTo(client, 'orders', batchOf(['a']))).errorCode).toBe(DENIED.topic)
    undo()
    expect(await fetchCode(client)).toBe(DENIED.topic)
    const other = await setup({ topics: { orders: 1 }, acls: { superUsers: ['User:ANONYMOUS'] } })
    expect(await fetchCode(other.client)).toBe(0)
  })

  test('rules are made, listed and taken away over the wire; without an authorizer there are none', async () => {
    const { client, sandbox } = await setup({ topics: { orders: 1 }, acls: { superUsers: ['User:admin'] } })
    sandbox.allow({ cluster: true, operation: ['ALTER', 'DESCRIBE'] })
    const rule = {
      resourceType: 2,
      resourcePatternType: 4,
      resourceName: 'ord',
      principal: 'User:*',
      host: '*',
      operation: 3,
      permissionType: 3,
    }
    const wrong = { ...rule, resourceType: 4 }
    const { results } = await client.ask(CreateAclsRequest, 3, { creations: [rule, wrong, { ...rule, principal: 'bob' }] })
    expect(results.map(({ errorCode }) => errorCode)).toEqual([0, 42, 42])
    expect(await fetchCode(client)).toBe(0)
    const filter = { ...anyAcl, resourceTypeFilter: 2, resourceNameFilter: 'orders', patternTypeFilter: 2 }
    const listed = await client.ask(DescribeAclsRequest, 3, filter)
    expect(listed.resources).toMatchObject([{ resourceName: 'ord', patternType: 4, acls: [{ principal: 'User:*', operation: 3 }] }])
    const deleted = await client.ask(DeleteAclsRequest, 3, { filters: [filter] })
    expect(deleted.filterResults[0].matchingAcls).toHaveLength(1)
    expect(await fetchCode(client)).toBe(DENIED.topic)
    const open = await setup()
    expect((await open.client.ask(DescribeAclsRequest, 3, anyAcl)).errorCode).toBe(errnoOf('SECURITY_DISABLED'))
  })

  test('deny comes before allow, for who is meant by both', () => {
    const acls = new Acls({})
    const add = (rule: AclRule, how: 'ALLOW' | 'DENY') => {
      for (const acl of aclsOf(rule, how)) acls.add(acl)
    }
    add({ topic: '*' }, 'ALLOW')
    add({ topic: 'pay', prefixed: true, principal: 'User:eve', operation: 'READ' }, 'DENY')
    const may = (who: string, what: 'READ' | 'WRITE' | 'DESCRIBE', topic: string) => acls.allows(who, '127.0.0.1', what, 'TOPIC', topic)
    expect([may('User:eve', 'READ', 'payments'), may('User:eve', 'WRITE', 'payments'), may('User:bob', 'READ', 'payments')]).toEqual([
      false,
      true,
      true,
    ])
    // Denying to read does not deny to look.
    expect(may('User:eve', 'DESCRIBE', 'payments')).toBe(true)
  })
})
