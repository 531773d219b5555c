import { describe, expect, test } from 'vitest'
import { ApiVersionsRequest } from '../../protocol/api/api-versions.js'
import { JoinGroupRequest } from '../../protocol/api/join-group.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { ProduceRequest } from '../../protocol/api/produce.js'
import { errnoOf } from '../../protocol/errors.js'
import { batchOf, produceTo, setup } from '../testing/setup.js'
import type { TestClient } from '../testing/test-client.js'
import { answer, close, delay, fail, hang, send } from './verdict.js'

const ping = (client: TestClient) => client.ask(MetadataRequest, 12, { topics: [] })
const orders = { topics: { orders: 1 } }

describe('verdicts', () => {
  test('fail puts the error where the broker would, and nothing is done', async () => {
    const { sandbox, client } = await setup(orders)
    sandbox.intercept('Produce', fail('NOT_LEADER_OR_FOLLOWER'))
    expect(await produceTo(client, 'orders', batchOf(['a']))).toMatchObject({
      errorCode: errnoOf('NOT_LEADER_OR_FOLLOWER'),
      baseOffset: -1n,
    })
    expect(sandbox.values('orders', 0)).toEqual([])
  })

  test('fail with after does the work and lies about it', async () => {
    const { sandbox, client } = await setup(orders)
    sandbox.intercept('Produce', { once: true }, fail('REQUEST_TIMED_OUT', { after: true }))
    expect((await produceTo(client, 'orders', batchOf(['a']))).errorCode).toBe(errnoOf('REQUEST_TIMED_OUT'))
    expect(sandbox.values('orders', 0)).toEqual(['a'])
  })

  test('answer replaces the answer', async () => {
    const { sandbox, client } = await setup(orders)
    sandbox.intercept('Metadata', answer({ brokers: [], topics: [], clusterId: 'forged' }))
    expect(await ping(client)).toMatchObject({ clusterId: 'forged', brokers: [] })
  })

  test('a function may let the broker answer and change what it said', async () => {
    const { sandbox, client } = await setup(orders)
    sandbox.intercept('Metadata', async request => answer({ ...(await request.proceed())!, clusterId: 'changed' }))
    expect(await ping(client)).toMatchObject({ clusterId: 'changed', brokers: [{ nodeId: 1 }] })
  })

  test('a function that gives nothing observes', async () => {
    const { sandbox, client } = await setup({ brokers: 2, ...orders })
    const seen: unknown[] = []
    sandbox.intercept('Produce', ({ broker, version, clientId, request }) => {
      seen.push([broker, version, clientId, request.topicData[0].name])
      return undefined
    })
    expect((await produceTo(client, 'orders', batchOf(['a']))).errorCode).toBe(0)
    expect(seen).toEqual([[1, 9, 'test', 'orders']])
  })

  test('close cuts the connection; with after the work is done', async () => {
    const { sandbox, client, dial } = await setup(orders)
    sandbox.intercept('Produce', { once: true }, close())
    await expect(produceTo(client, 'orders', batchOf(['a']))).rejects.toThrow(/ended/)
    sandbox.intercept('Produce', { once: true }, close({ after: true }))
    await expect(produceTo(await dial(), 'orders', batchOf(['b']))).rejects.toThrow(/ended/)
    expect(sandbox.values('orders', 0)).toEqual(['b'])
  })

  test('hang answers when it is released', async () => {
    const { sandbox, client, clock } = await setup()
    const hold = sandbox.intercept('Metadata', hang())
    let answered = false
    const asked = ping(client).then(() => {
      answered = true
    })
    await hold.met(1)
    await clock.settle()
    expect(answered).toBe(false)
    hold.release()
    await asked
  })

  test('what hangs lets go when its connection ends, or the interception is removed', async () => {
    const { sandbox, client, dial, clock } = await setup()
    const hold = sandbox.intercept('Metadata', hang())
    const gone = ping(client).catch(() => 'cut')
    await hold.met(1)
    client.close()
    expect(await gone).toBe('cut')
    await clock.settle()
    expect(sandbox.broker(1).connections).toBe(0)
    const asked = ping(await dial())
    await hold.met(2)
    hold.remove()
    expect((await asked).clusterId).toBe(sandbox.clusterId)
    expect((await ping(await dial())).clusterId).toBe(sandbox.clusterId)
  })

  test('delay waits by the clock', async () => {
    const { sandbox, client, clock } = await setup()
    sandbox.intercept('Metadata', delay(300))
    let answered = false
    const asked = ping(client).then(() => {
      answered = true
    })
    await clock.advance(299)
    expect(answered).toBe(false)
    await clock.advance(1)
    await asked
  })

  test('send puts any bytes on the wire', async () => {
    const { sandbox, client } = await setup()
    sandbox.intercept(
      'Metadata',
      { once: true },
      send(frame => patched(frame, 7, 99)),
    )
    await expect(ping(client)).rejects.toThrow(/answer 99 came/)
    sandbox.intercept('Metadata', send(Uint8Array.of(0, 0, 0, 1, 42)))
    await client.tell(MetadataRequest, 12, { topics: [] })
    expect(await client.nextFrame()).toEqual(Uint8Array.of(42))
  })
})

describe('which requests', () => {
  test('once meets one; several of them are used up in order', async () => {
    const { sandbox, client } = await setup(orders)
    sandbox.intercept('Produce', { once: true }, fail('REQUEST_TIMED_OUT'))
    sandbox.intercept('Produce', { once: true }, fail('NOT_ENOUGH_REPLICAS'))
    const codes = []
    for (let i = 0; i < 3; i++) codes.push((await produceTo(client, 'orders', batchOf(['a']))).errorCode)
    expect(codes).toEqual([errnoOf('REQUEST_TIMED_OUT'), errnoOf('NOT_ENOUGH_REPLICAS'), 0])
  })

  test('only those to one broker', async () => {
    const { sandbox, dial } = await setup({ brokers: 2 })
    const hold = sandbox.intercept('Metadata', { broker: 2 }, answer({ brokers: [], topics: [], clusterId: 'two' }))
    expect((await ping(await dial(1))).clusterId).toBe(sandbox.clusterId)
    expect((await ping(await dial(2))).clusterId).toBe('two')
    expect(hold.count).toBe(1)
  })

  test('by name, key or table; one that does not exist is refused by name', async () => {
    const { sandbox, client } = await setup()
    const holds = [
      sandbox.intercept('Metadata', () => undefined),
      sandbox.intercept(3, () => undefined),
      sandbox.intercept(MetadataRequest, () => undefined),
    ]
    await ping(client)
    expect(holds.map(hold => hold.count)).toEqual([1, 1, 1])
    expect(() => sandbox.intercept('Produced' as 'Produce', fail('NONE'))).toThrow(/no API Produced/)
  })

  test('the first verdict decides, observers before it see the request, later ones do not', async () => {
    const { sandbox, client } = await setup()
    const first = sandbox.intercept('Metadata', () => undefined)
    sandbox.intercept('Metadata', answer({ brokers: [], topics: [], clusterId: 'second' }))
    const third = sandbox.intercept('Metadata', () => undefined)
    expect((await ping(client)).clusterId).toBe('second')
    expect([first.count, third.count]).toEqual([1, 0])
  })

  test('removed and cleared ones meet nothing more', async () => {
    const { sandbox, client } = await setup()
    sandbox.intercept('Metadata', close()).remove()
    await ping(client)
    sandbox.intercept('Metadata', close())
    sandbox.clearInterceptions()
    await ping(client)
  })

  test('an API without a handler is offered while somebody scripts it', async () => {
    const { sandbox, client } = await setup()
    const offered = async () => (await client.ask(ApiVersionsRequest, 0, {})).apiKeys.map(({ apiKey }) => apiKey)
    expect(await offered()).not.toContain(11)
    sandbox.intercept(
      JoinGroupRequest,
      answer({ errorCode: 79, generationId: -1, protocolName: '', leader: '', memberId: 'm', members: [] }),
    )
    expect(await offered()).toContain(11)
    const joined = await client.ask(JoinGroupRequest, 4, {
      groupId: 'g',
      sessionTimeoutMs: 1,
      rebalanceTimeoutMs: 1,
      memberId: '',
      protocolType: 'consumer',
      protocols: [],
    })
    expect(joined).toMatchObject({ errorCode: 79, memberId: 'm' })
  })

  test('an acks=0 request that fails after its work still has no answer', async () => {
    const { sandbox, client } = await setup(orders)
    sandbox.intercept('Produce', fail('REQUEST_TIMED_OUT', { after: true }))
    await client.tell(ProduceRequest, 9, {
      acks: 0,
      timeoutMs: 1,
      topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batchOf(['a']) }] }],
    })
    expect((await ping(client)).clusterId).toBe(sandbox.clusterId)
  })

  test('an acks=0 request that fails has its connection closed: there is no other way to say it', async () => {
    const { sandbox, client } = await setup(orders)
    sandbox.intercept('Produce', fail('NOT_LEADER_OR_FOLLOWER'))
    await client.tell(ProduceRequest, 9, {
      acks: 0,
      timeoutMs: 1,
      topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batchOf(['a']) }] }],
    })
    expect(await client.closed()).toBe(true)
  })

  test('an action that throws cuts the connection and is told as a fault', async () => {
    const faults: unknown[] = []
    const { sandbox, client } = await setup({ onFault: error => faults.push(error) })
    sandbox.intercept('Metadata', () => {
      throw new Error('a mistake in the test')
    })
    await client.tell(MetadataRequest, 12, { topics: [] })
    expect(await client.closed()).toBe(true)
    expect(faults).toMatchObject([{ message: 'a mistake in the test' }])
  })
})

function patched(bytes: Uint8Array, index: number, value: number): Uint8Array {
  const copy = bytes.slice()
  copy[index] = value
  return copy
}
