import { describe, expect, test } from 'vitest'
import { Offset } from '../consumer/offset.js'
import { hang } from '../sandbox/index.js'
import { setup } from './testing/setup.js'

describe('purging a topic', () => {
  test('fails what is buffered for it, and nothing else', async () => {
    const { client, sandbox, outcome, soon, log } = await setup({ lingerMs: 1_000 })
    sandbox.createTopic('other', 1)
    const records = [
      outcome({ topic: 'orders', value: 'a' }),
      outcome({ topic: 'other', value: 'b' }),
      outcome({ topic: 'unheard-of', value: 'c' }),
    ]
    client.purgeTopicsFromProducing('orders', 'unheard-of')
    expect(await soon(Promise.all(records))).toEqual(['PURGED', 'delivered', 'PURGED'])
    expect(log('other', 0)).toEqual(['b'])
  })

  test('it can be produced to again: nothing is taken for a copy of what was written before', async () => {
    const { client, outcome, soon, log } = await setup({ lingerMs: 0 })
    const send = (value: string) => soon(outcome({ topic: 'orders', partition: 0, value }))
    for (const value of ['a', 'b', 'c']) expect(await send(value)).toBe('delivered')
    client.purgeTopicsFromProducing('orders')
    for (const value of ['d', 'e']) expect(await send(value)).toBe('delivered')
    expect(log('orders', 0)).toEqual(['first', 'a', 'b', 'c', 'd', 'e'])
  })

  test('what is in flight is called failed; what follows comes once and in order', async () => {
    const { client, sandbox, outcome, soon, log } = await setup({ lingerMs: 0 })
    const held = sandbox.intercept('Produce', hang())
    const before = outcome({ topic: 'orders', partition: 0, value: 'in flight' })
    await soon(held.met(1))
    client.purgeTopicsFromProducing('orders')
    expect(await before).toBe('PURGED')
    const after = ['a', 'b', 'c'].map(value => outcome({ topic: 'orders', partition: 0, value }))
    held.remove()
    expect(await soon(Promise.all(after))).toEqual(['delivered', 'delivered', 'delivered'])
    expect(log('orders', 0).slice(-3)).toEqual(['a', 'b', 'c'])
  })

  test('a topic that was deleted and made anew begins from nothing', async () => {
    const { client, sandbox, outcome, soon, log } = await setup({ lingerMs: 0 })
    sandbox.deleteTopic('orders')
    sandbox.createTopic('orders', 1)
    client.purgeTopicsFromClient('orders')
    expect(client.cachedTopics().has('orders')).toBe(false)
    expect(await soon(outcome({ topic: 'orders', value: 'new' }))).toBe('delivered')
    expect(log('orders', 0)).toEqual(['new'])
  })

  test('it is consumed no more, and what was fetched of it is thrown away; added again it is', async () => {
    const { client, sandbox, clock, soon } = await setup({}, { consumer: { topics: ['orders'] } })
    await clock.advance(100)
    expect(client.bufferedFetchRecords).toBe(1)
    client.purgeTopicsFromConsuming('orders')
    expect(client.bufferedFetchRecords).toBe(0)
    sandbox.append('orders', 0, [{ value: 'more' }])
    await clock.advance(20_000)
    expect((await client.pollFetches({ wait: false })).numRecords()).toBe(0)
    client.addConsumePartitions({ orders: { 0: Offset.atStart() } })
    expect((await soon(client.pollFetches())).numRecords()).toBe(2)
  })

  test('purging what was never used does nothing', async () => {
    const { client } = await setup()
    client.purgeTopicsFromClient('never', '__proto__')
    client.purgeTopicsFromClient()
  })
})

describe('the producer’s id', () => {
  test('is the one that records carry', async () => {
    const { client, sandbox } = await setup()
    const { id, epoch } = await client.producerId()
    const [record] = sandbox.records('orders', 0)
    expect([record.producerId, record.producerEpoch]).toEqual([id, epoch])
  })
  test('is asked for when there is none yet, once for all who ask', async () => {
    const { sandbox, client: parent, soon } = await setup()
    const asked = sandbox.intercept('InitProducerId', () => undefined)
    const client = parent.fork()
    const [a, b] = await soon(Promise.all([client.producerId(), client.producerId()]))
    expect(a).toEqual(b)
    expect(a.id >= 0n && a.epoch === 0).toBe(true)
    expect(asked.count).toBe(1)
  })
  test('is none without idempotence', async () => {
    const { client } = await setup()
    expect(await client.fork({ producer: { idempotent: false } }).producerId()).toEqual({ id: -1n, epoch: -1 })
  })
  test('one who stops waiting does not stop the others', async () => {
    const { sandbox, client: parent, soon } = await setup()
    const held = sandbox.intercept('InitProducerId', hang())
    const client = parent.fork()
    const stop = new AbortController()
    const [one, other] = [client.producerId({ signal: stop.signal }), client.producerId()]
    stop.abort()
    await expect(one).rejects.toMatchObject({ code: 'ABORTED' })
    held.remove()
    expect((await soon(other)).epoch).toBe(0)
  })
})
