import { describe, expect, test } from 'vitest'
import { fail, hang } from '../sandbox/index.js'
import { FirstErrorPromise } from './first-error.js'
import { setup } from './testing/setup.js'

describe('aborting what is buffered', () => {
  test('fails every record with ABORTING, and nothing of it reaches a broker', async () => {
    const { client, log, outcome, soon } = await setup({ lingerMs: 60_000 })
    const records = Array.from({ length: 10 }, (_, i) => outcome({ topic: 'orders', partition: i % 3, value: `v${i}` }))
    await soon(client.abortBufferedRecords())
    expect(await Promise.all(records)).toEqual(Array(10).fill('ABORTING'))
    expect([client.bufferedProduceRecords, log('orders', 0)]).toEqual([0, ['first']])
  })

  test('waits for what is in flight: that is delivered, only what is behind it fails', async () => {
    const { client, sandbox, clock, outcome, soon, log } = await setup({ lingerMs: 0 })
    const held = sandbox.intercept('Produce', hang())
    const first = outcome({ topic: 'orders', partition: 0, value: 'in flight' })
    await soon(held.met(1))
    const second = outcome({ topic: 'orders', partition: 0, value: 'behind' })
    const other = outcome({ topic: 'orders', partition: 1, value: 'elsewhere' })
    const aborting = client.abortBufferedRecords()
    let isDone = false
    void aborting.then(() => (isDone = true))
    await clock.advance(1_000)
    expect(isDone).toBe(false)
    held.remove()
    await soon(aborting)
    expect(await Promise.all([first, second, other])).toEqual(['delivered', 'ABORTING', 'ABORTING'])
    expect(log('orders', 0)).toEqual(['first', 'in flight'])
  })

  test('what the broker may have written goes out again until it says; new batches do not', async () => {
    const { client, sandbox, outcome, soon, log } = await setup({ lingerMs: 0 })
    const late = sandbox.intercept('Produce', { once: true }, fail('REQUEST_TIMED_OUT', { after: true }))
    const written = outcome({ topic: 'orders', partition: 0, value: 'written' })
    await soon(late.met(1))
    const behind = outcome({ topic: 'orders', partition: 0, value: 'behind' })
    await soon(client.abortBufferedRecords())
    expect(await Promise.all([written, behind])).toEqual(['delivered', 'ABORTING'])
    expect(log('orders', 0)).toEqual(['first', 'written'])
  })

  test('what failed before and waits for another try is given up at once', async () => {
    const { client, sandbox, outcome, clock, soon } = await setup({ lingerMs: 0 })
    sandbox.intercept('Produce', fail('NOT_LEADER_OR_FOLLOWER'))
    const record = outcome({ topic: 'orders', partition: 0, value: 'x' })
    await clock.advance(200)
    await soon(client.abortBufferedRecords())
    expect(await record).toBe('ABORTING')
  })

  test('records of topics that are not known yet, and those that wait for room, fail as well', async () => {
    const { client, outcome, soon } = await setup({ lingerMs: 60_000, maxBufferedRecords: 2 })
    const records = [
      outcome({ topic: 'orders', partition: 0, value: 'a' }),
      outcome({ topic: 'never-heard-of', value: 'b' }),
      outcome({ topic: 'orders', partition: 0, value: 'waits for room' }),
    ]
    expect(client.bufferedProduceRecords).toBe(3)
    await soon(client.abortBufferedRecords())
    expect(await Promise.all(records)).toEqual(['ABORTING', 'ABORTING', 'ABORTING'])
    expect(client.bufferedProduceRecords).toBe(0)
  })

  test('meanwhile produce rejects with ABORTING; afterwards all is as before', async () => {
    const { client, sandbox, clock, outcome, soon, log } = await setup({ lingerMs: 0 })
    const held = sandbox.intercept('Produce', hang())
    const first = outcome({ topic: 'orders', partition: 0, value: 'in flight' })
    await soon(held.met(1))
    const [one, two] = [client.abortBufferedRecords(), client.abortBufferedRecords()]
    await expect(client.produce({ topic: 'orders', value: 'x' })).rejects.toMatchObject({ code: 'ABORTING' })
    held.remove()
    await soon(Promise.all([one, two, first]))
    const after = outcome({ topic: 'orders', partition: 0, value: 'after' })
    await clock.advance(100)
    expect(await soon(after)).toBe('delivered')
    expect(log('orders', 0)).toEqual(['first', 'in flight', 'after'])
  })

  test('the signal ends the waiting', async () => {
    const { client, sandbox, outcome, soon } = await setup({ lingerMs: 0 })
    const held = sandbox.intercept('Produce', hang())
    const record = outcome({ topic: 'orders', partition: 0, value: 'x' })
    await soon(held.met(1))
    const stop = new AbortController()
    const aborting = client.abortBufferedRecords({ signal: stop.signal })
    stop.abort()
    await expect(aborting).rejects.toMatchObject({ code: 'ABORTED' })
    held.remove()
    expect(await soon(record)).toBe('delivered')
  })

  test('a flush that waits ends, too', async () => {
    const { client, sandbox, outcome, soon } = await setup({ lingerMs: 0 })
    sandbox.intercept('Produce', fail('NOT_LEADER_OR_FOLLOWER'))
    void outcome({ topic: 'orders', partition: 0, value: 'x' })
    const flushing = client.flush()
    await soon(client.abortBufferedRecords())
    await soon(flushing)
  })
})

describe('aborting unsafely', () => {
  test('what is in flight is called failed at once; what is produced next is written once and in order', async () => {
    const { client, sandbox, outcome, soon, log } = await setup({ lingerMs: 0 })
    const held = sandbox.intercept('Produce', hang())
    const first = outcome({ topic: 'orders', partition: 0, value: 'in flight' })
    await soon(held.met(1))
    await client.unsafeAbortBufferedRecords()
    expect(await first).toBe('ABORTING')
    const next = ['a', 'b'].map(value => outcome({ topic: 'orders', partition: 0, value }))
    held.remove()
    expect(await soon(Promise.all(next))).toEqual(['delivered', 'delivered'])
    expect(log('orders', 0).slice(-2)).toEqual(['a', 'b'])
    expect(log('orders', 0).filter(v => v === 'a')).toHaveLength(1)
  })
})

describe('the first error of many', () => {
  const record = (partition: number) => ({ topic: 'orders', partition, value: 'x' })

  test('is undefined when all were delivered, and told only when all were', async () => {
    const { client, soon, clock } = await setup({ lingerMs: 500 })
    const first = new FirstErrorPromise()
    for (let i = 0; i < 5; i++) await client.produce(record(i % 3), { onDelivery: first.onDelivery })
    let isTold = false
    const error = first.error().finally(() => (isTold = true))
    await clock.advance(100)
    expect(isTold).toBe(false)
    expect(await soon(error)).toBeUndefined()
  })

  test('is the first of several, refused records included', async () => {
    const { client, soon } = await setup({ lingerMs: 0 })
    const first = new FirstErrorPromise()
    await client.produce({ topic: 'orders', value: 5 as never }, { onDelivery: first.onDelivery }).catch(() => {})
    await client.produce(record(99), { onDelivery: first.onDelivery }).catch(() => {})
    await client.produce(record(0), { onDelivery: first.onDelivery })
    expect(await soon(first.error())).toMatchObject({ code: 'INVALID_RECORD', message: expect.stringContaining('value must be') })
  })

  test('with a client it aborts the others', async () => {
    const { client, outcome, soon, log } = await setup({ lingerMs: 60_000 })
    const first = new FirstErrorPromise(client)
    const lingering = outcome({ topic: 'orders', partition: 1, value: 'lingers' })
    await client.produce({ topic: 'orders', partition: 99, value: 'refused' }, { onDelivery: first.onDelivery }).catch(() => {})
    expect(await soon(first.error())).toMatchObject({ code: 'INVALID_RECORD' })
    expect(await soon(lingering)).toBe('ABORTING')
    expect(log('orders', 1)).toEqual([])
  })

  test('of no records is undefined at once; of a closed client it is CLIENT_CLOSED', async () => {
    const { client } = await setup()
    const first = new FirstErrorPromise(client)
    expect(await first.error()).toBeUndefined()
    await client.close()
    client.produce(record(0), { onDelivery: first.onDelivery }).catch(() => {})
    expect(await first.error()).toMatchObject({ code: 'CLIENT_CLOSED' })
  })
})
