import { describe, expect, test } from 'vitest'
import { DeleteGroupsRequest } from '../protocol/api/delete-groups.js'
import { FindCoordinatorRequest } from '../protocol/api/find-coordinator.js'
import { ListGroupsRequest } from '../protocol/api/list-groups.js'
import { OffsetFetchRequest } from '../protocol/api/offset-fetch.js'
import type { KafkaRequest, RequestMessage } from '../protocol/message.js'
import { answer, close, fail } from '../sandbox/index.js'
import { sendRequest, sendSharded } from './routing.js'
import { type Connected, connected, driven, failureOf } from './testing/setup.js'

const asked = { initiator: 'test' }
const ask = <M extends RequestMessage>({ clock, cluster }: Connected, request: KafkaRequest<M>) =>
  driven(clock, sendRequest(cluster, request, asked))
const shards = <M extends RequestMessage>({ clock, cluster }: Connected, request: KafkaRequest<M>) =>
  driven(clock, sendSharded(cluster, request, asked))

async function known(...args: Parameters<typeof connected>) {
  const setup = await connected(...args)
  await driven(setup.clock, setup.cluster.loadMetadata(null, asked))
  return setup
}

describe('requests about groups', () => {
  const groups = ['a', 'b', 'c', 'd', 'e', 'f']
  const topics = [{ name: 'orders', partitionIndexes: [0] }]
  const several = (ids: readonly string[]) =>
    OffsetFetchRequest({ groups: ids.map(groupId => ({ groupId, topics })), requireStable: false })
  const committed = async (...args: Parameters<typeof connected>) => {
    const setup = await known({ topics: { orders: 1 }, ...args[0] }, args[1])
    for (const [i, id] of groups.entries()) setup.sandbox.group(id).commit({ orders: { 0: BigInt(i) } })
    return setup
  }
  const offsets = (answered: {
    groups: readonly { groupId: string; topics: readonly { partitions: readonly { committedOffset: bigint }[] }[] }[]
  }) => Object.fromEntries(answered.groups.map(g => [g.groupId, Number(g.topics[0].partitions[0].committedOffset)]))
  const all = { a: 0, b: 1, c: 2, d: 3, e: 4, f: 5 }

  test('go to their coordinators, several groups in one request where they share one', async () => {
    const setup = await committed()
    let asks = 0
    setup.sandbox.intercept('OffsetFetch', () => void asks++)
    expect(offsets(await ask(setup, several(groups)))).toEqual(all)
    expect(asks).toBeLessThanOrEqual(3)
  })

  test('item 103: an old broker is asked group by group, and the answer has the same form', async () => {
    const setup = await committed()
    for (const id of setup.sandbox.brokers) setup.sandbox.broker(id).limitVersions({ OffsetFetch: [1, 7] })
    const seen: number[] = []
    setup.sandbox.intercept('OffsetFetch', ({ version }) => void seen.push(version))
    expect(offsets(await ask(setup, several(groups)))).toEqual(all)
    expect(seen).toEqual([7, 7, 7, 7, 7, 7])
  })

  test('the form of old is asked and answered as it is', async () => {
    const setup = await committed()
    const answered = await ask(setup, OffsetFetchRequest({ groupId: 'c', topics, requireStable: false }))
    expect(answered.topics[0].partitions[0].committedOffset).toBe(2n)
    const every = await ask(setup, OffsetFetchRequest({ groupId: 'c', topics: null }))
    expect(every.topics).toHaveLength(1)
  })

  test('a coordinator that has moved is looked up again', async () => {
    const setup = await committed()
    await ask(setup, several(groups))
    setup.sandbox.intercept('OffsetFetch', { once: true }, fail('NOT_COORDINATOR'))
    const finds = setup.sandbox.intercept('FindCoordinator', () => undefined)
    expect(offsets(await ask(setup, several(groups)))).toEqual(all)
    expect(finds.count).toBeGreaterThan(0)
  })

  test('item 94: a coordinator that has died is replaced', async () => {
    const setup = await committed()
    const node = await driven(setup.clock, setup.cluster.coordinators.find('group', 'a'))
    await setup.sandbox.broker(node).stop()
    expect(offsets(await ask(setup, several(groups)))).toEqual(all)
  })

  test('groups are deleted one by one: what was deleted is not asked for again', async () => {
    const setup = await committed({ brokers: 1 })
    let first = true
    const deleted: string[][] = []
    setup.sandbox.intercept(DeleteGroupsRequest, ({ request }) => {
      deleted.push([...request.groupsNames])
      const errorCode = first && request.groupsNames.includes('a') ? 16 : 0
      if (errorCode) first = false
      return answer({ throttleTimeMs: 0, results: request.groupsNames.map(groupId => ({ groupId, errorCode, errorMessage: null })) })
    })
    setup.sandbox.broker(1).cut()
    const { results } = await ask(setup, DeleteGroupsRequest({ groupsNames: ['a', 'b'] }))
    expect(results.map(r => [r.groupId, r.errorCode])).toEqual([
      ['a', 0],
      ['b', 0],
    ])
    expect(deleted.filter(names => names.includes('b'))).toEqual([['b']])
    expect(deleted).toHaveLength(3)
  })

  test('item 101: are listed by every broker, and each group once, while its coordinator moves too', async () => {
    const setup = await committed()
    const twice = { groupId: 'a', protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' }
    setup.sandbox.intercept('ListGroups', async ({ proceed }) => {
      const listed = (await proceed())!
      return answer({ ...listed, groups: [...listed.groups, twice] })
    })
    const { groups: listed } = await ask(setup, ListGroupsRequest({}))
    expect(listed.map(g => g.groupId).sort()).toEqual(groups)
  })

  test('what some brokers answered is there although one did not', async () => {
    const setup = await committed({}, { requestRetries: 0 })
    setup.sandbox.intercept('ListGroups', { broker: 2 }, close())
    const parts = await shards(setup, ListGroupsRequest({}))
    expect(parts.map(p => [p.broker.nodeId, p.error?.constructor.name, p.response?.errorCode])).toEqual([
      [1, undefined, 0],
      [2, 'ClientError', undefined],
      [3, undefined, 0],
    ])
    expect(await failureOf(setup.clock, sendRequest(setup.cluster, ListGroupsRequest({}), asked))).toMatchObject({
      code: 'PARTIAL_FAILURE',
      message: expect.stringContaining('broker 2'),
    })
  })

  test('item 103: several coordinators are asked for at once, and of an old broker one by one; both forms are answered in both', async () => {
    const setup = await committed()
    const at = (parts: { coordinators: readonly { key: string; nodeId: number }[] }) =>
      Object.fromEntries(parts.coordinators.map(c => [c.key, c.nodeId]))
    const fresh = at(await ask(setup, FindCoordinatorRequest({ keyType: 0, coordinatorKeys: groups })))
    expect(Object.keys(fresh)).toEqual(groups)
    expect(await ask(setup, FindCoordinatorRequest({ key: 'a', keyType: 0 }))).toMatchObject({
      nodeId: fresh.a,
      coordinators: [{ key: 'a' }],
    })
    for (const id of setup.sandbox.brokers) {
      setup.sandbox.broker(id).limitVersions({ FindCoordinator: [0, 3] })
      setup.sandbox.broker(id).cut()
    }
    await setup.clock.settle()
    expect(at(await ask(setup, FindCoordinatorRequest({ keyType: 0, coordinatorKeys: groups })))).toEqual(fresh)
    expect(await ask(setup, FindCoordinatorRequest({ key: 'b', keyType: 0 }))).toMatchObject({
      nodeId: fresh.b,
      coordinators: [{ key: 'b' }],
    })
  })
})
