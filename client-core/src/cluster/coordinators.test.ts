import { describe, expect, test } from 'vitest'
import { ConsumerGroupHeartbeatRequest } from '../protocol/api/consumer-group-heartbeat.js'
import { FindCoordinatorRequest } from '../protocol/api/find-coordinator.js'
import { InitProducerIdRequest } from '../protocol/api/init-producer-id.js'
import { OffsetCommitRequest } from '../protocol/api/offset-commit.js'
import { answer, close, fail } from '../sandbox/index.js'
import { sendRequest } from './routing.js'
import { connected, driven, failureOf } from './testing/setup.js'

const asked = { initiator: 'test' }
const coordinator = (key: string) => ({ coordinator: 'group', key }) as const
const commit = (groupId: string) =>
  OffsetCommitRequest({
    groupId,
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 0n, committedMetadata: '' }] }],
  })

async function known() {
  const setup = await connected({ topics: { orders: 1 } })
  const { sandbox, clock, cluster } = setup
  const finds = sandbox.intercept('FindCoordinator', () => undefined)
  await driven(clock, cluster.loadMetadata([], asked))
  const committed = async (groupId: string) => {
    const { topics } = await driven(clock, sendRequest(cluster, commit(groupId), asked))
    return topics[0].partitions[0].errorCode
  }
  return { ...setup, finds, committed }
}

describe('the coordinator of a group', () => {
  test('is looked up once, however many ask at the same time', async () => {
    const { clock, cluster, finds } = await known()
    const all = await driven(clock, Promise.all([1, 2, 3, 4].map(() => cluster.coordinators.find('group', 'g'))))
    expect(new Set(all).size).toBe(1)
    expect(await driven(clock, cluster.coordinators.find('group', 'g'))).toBe(all[0])
    expect(finds.count).toBe(1)
  })

  test('item 82: one caller who leaves does not end the search of the others', async () => {
    const { clock, cluster } = await known()
    const abort = new AbortController()
    const leaves = cluster.callOnce(
      coordinator('g'),
      FindCoordinatorRequest,
      { coordinatorKeys: ['g'] },
      { ...asked, signal: abort.signal },
    )
    const stays = cluster.coordinators.find('group', 'g')
    abort.abort()
    await expect(leaves).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await driven(clock, stays)).toBeGreaterThan(0)
  })

  test('an error is not kept: the next who asks asks anew', async () => {
    const { sandbox, clock, cluster } = await known()
    const failing = sandbox.intercept('FindCoordinator', fail('GROUP_AUTHORIZATION_FAILED'))
    expect(await failureOf(clock, cluster.coordinators.find('group', 'g'))).toMatchObject({ code: 'GROUP_AUTHORIZATION_FAILED' })
    failing.remove()
    expect(await driven(clock, cluster.coordinators.find('group', 'g'))).toBeGreaterThan(0)
  })

  test('that is not there yet is waited for', async () => {
    const { sandbox, clock, cluster, finds } = await known()
    for (let i = 0; i < 3; i++) sandbox.intercept('FindCoordinator', { once: true }, fail('COORDINATOR_NOT_AVAILABLE'))
    expect(await driven(clock, cluster.coordinators.find('group', 'g'))).toBeGreaterThan(0)
    expect(finds.count).toBe(4)
  })

  test('an answer that names no broker, or not the group, is no answer', async () => {
    const { sandbox, clock, cluster, finds } = await known()
    const entry = { nodeId: -1, host: '', port: -1, errorCode: 0, errorMessage: null }
    sandbox.intercept('FindCoordinator', { once: true }, answer({ coordinators: [{ key: 'g', ...entry }] }))
    sandbox.intercept('FindCoordinator', { once: true }, answer({ coordinators: [{ key: 'h', ...entry, nodeId: 1 }] }))
    expect(await driven(clock, cluster.coordinators.find('group', 'g'))).toBeGreaterThan(0)
    expect(finds.count).toBe(3)
  })

  test.each(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS'] as const)(
    'that answers %s is looked up again and the request tried again',
    async code => {
      const { sandbox, committed, finds } = await known()
      sandbox.intercept('OffsetCommit', { once: true }, fail(code))
      expect(await committed('g')).toBe(0)
      expect(finds.count).toBe(2)
    },
  )

  test('item 94: that is dead is forgotten for all its groups', async () => {
    const { sandbox, clock, cluster, committed, finds } = await known()
    const node = await driven(clock, cluster.coordinators.find('group', 'g'))
    const names = Array.from({ length: 20 }, (_, i) => `g${i}`)
    const nodes = await driven(clock, Promise.all(names.map(name => cluster.coordinators.find('group', name))))
    const other = names[nodes.indexOf(node)]
    await sandbox.broker(node).stop()
    const before = finds.count
    expect(await committed('g')).toBe(0)
    const looked = finds.count
    expect(looked).toBeGreaterThan(before)
    expect(await driven(clock, cluster.coordinators.find('group', other))).not.toBe(node)
    expect(finds.count).toBe(looked + 1)
  })

  test('is told by old brokers one at a time', async () => {
    const { sandbox, clock, cluster } = await known()
    for (const id of sandbox.brokers) sandbox.broker(id).limitVersions({ FindCoordinator: [0, 1] })
    sandbox.brokers.forEach(id => {
      sandbox.broker(id).cut()
    })
    expect(await driven(clock, cluster.coordinators.find('group', 'g'))).toBeGreaterThan(0)
  })
})

describe('without a coordinator', () => {
  test('InitProducerId of no transaction goes to any broker, and is tried again as if there were one', async () => {
    const { sandbox, clock, cluster, finds } = await known()
    const asks: number[] = []
    sandbox.intercept('InitProducerId', ({ broker }) => {
      asks.push(broker)
      return asks.length < 3 ? fail(asks.length === 1 ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'COORDINATOR_NOT_AVAILABLE') : undefined
    })
    const request = InitProducerIdRequest({ transactionalId: null, transactionTimeoutMs: 1_000 })
    const { errorCode, producerId } = await driven(clock, sendRequest(cluster, request, asked))
    expect([errorCode, producerId >= 0n, asks.length, finds.count]).toEqual([0, true, 3, 0])
  })
})

describe('heartbeats of KIP-848', () => {
  async function beating(memberEpoch: number) {
    const setup = await connected({})
    let beats = 0
    setup.sandbox.intercept(ConsumerGroupHeartbeatRequest, () => {
      const errorCode = ++beats < 3 ? 16 : 0
      return answer({ throttleTimeMs: 0, errorCode, memberId: 'm', memberEpoch, heartbeatIntervalMs: 1, assignment: null })
    })
    const finds = setup.sandbox.intercept('FindCoordinator', () => undefined)
    const beat = async () => {
      const request = ConsumerGroupHeartbeatRequest({ groupId: 'g', memberId: 'm', memberEpoch })
      return (await driven(setup.clock, sendRequest(setup.cluster, request, asked))).errorCode
    }
    return { ...setup, beat, finds, beats: () => beats }
  }

  test('are not tried again by themselves; a coordinator that has moved is looked up for the next one', async () => {
    const { beat, beats, finds } = await beating(3)
    expect([await beat(), beats(), finds.count]).toEqual([16, 1, 1])
    expect([await beat(), beats(), finds.count]).toEqual([16, 2, 2])
    expect([await beat(), beats(), finds.count]).toEqual([0, 3, 3])
    expect([await beat(), beats(), finds.count]).toEqual([0, 4, 3])
  })

  test.each([-1, -2])('that leave (%i) are', async epoch => {
    const { beat, beats, finds } = await beating(epoch)
    expect([await beat(), beats(), finds.count]).toEqual([0, 3, 3])
  })

  test('are not tried again either where the connection breaks', async () => {
    const { sandbox, clock, cluster } = await connected({})
    let beats = 0
    sandbox.intercept(ConsumerGroupHeartbeatRequest, () => {
      beats++
      return close()
    })
    const request = ConsumerGroupHeartbeatRequest({ groupId: 'g', memberId: 'm', memberEpoch: 1 })
    expect(await failureOf(clock, sendRequest(cluster, request, asked))).toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(beats).toBe(1)
  })
})
