import { describe, expect, test } from 'vitest'
import { hang } from '../sandbox/index.js'
import { producing } from './testing/producing.js'

const record = (value: string) => ({ topic: 'orders', partition: 0, value })

describe('the buffer', () => {
  test('counts what is between produce and the end of its callback', async () => {
    const p = await producing()
    await p.run(p.put('warm'))
    const held = p.sandbox.intercept('Produce', { once: true }, hang())
    const seen: number[] = []
    await p.client.produce(
      { ...record('12345'), key: 'abc', headers: [{ key: 'h', value: 'vv' }] },
      { onDelivery: () => void seen.push(p.client.bufferedProduceRecords) },
    )
    expect([p.client.bufferedProduceRecords, p.client.bufferedProduceBytes]).toEqual([1, 5 + 3 + 1 + 2])
    await held.met(1)
    held.release()
    await p.run(p.client.flush())
    expect(seen).toEqual([1])
    expect([p.client.bufferedProduceRecords, p.client.bufferedProduceBytes]).toEqual([0, 0])
  })

  test.each([0, 1_000])(
    'counts the bytes of keys, values and headers wherever a record waits: for its topic, for room, for its answer (limit %d)',
    async maxBufferedBytes => {
      const p = await producing({ producer: { maxBufferedBytes, maxBufferedRecords: 4 } })
      const held = p.sandbox.intercept('Produce', hang())
      const sent: Promise<unknown>[] = []
      const counted: number[] = []
      const send = async (value: string | Uint8Array | null, rest: object) => {
        sent.push(p.client.send({ topic: 'orders', partition: 0, value, ...rest }))
        counted.push(p.client.bufferedProduceBytes)
      }
      await send('äöü', { key: '€', headers: [{ key: 'x'.repeat(70), value: 'y'.repeat(100) }] })
      await send(null, { headers: [{ key: 'h', value: null }] })
      expect(counted).toEqual([179, 180])
      await p.clock.advance(100)
      await held.met(1)
      await send(new Uint8Array(20), { key: '' })
      await send('1', {})
      await send('room', { key: 'k' })
      expect(counted).toEqual([179, 180, 200, 201, 206])
      expect(p.client.bufferedProduceRecords).toBe(5)
      const refused = [p.client.send({ topic: 'orders', partition: 9, value: 'no' }), p.client.tryProduce(record('x'.repeat(50)))]
      for (const one of refused) one.catch(() => {})
      held.remove()
      await p.run(Promise.all(sent))
      await p.run(p.client.flush())
      expect([p.client.bufferedProduceRecords, p.client.bufferedProduceBytes]).toEqual([0, 0])
      const failing = p.client.send({ topic: 'nowhere', value: 'lost' }).catch(() => {})
      expect(p.client.bufferedProduceBytes).toBe(4)
      await p.run(failing)
      expect(p.client.bufferedProduceBytes).toBe(0)
    },
  )

  test('that is full makes produce wait; who waits goes in as records leave, first come first served', async () => {
    const p = await producing({ producer: { maxBufferedRecords: 2, lingerMs: 60_000 } })
    await p.run(p.client.produceSync([record('warm')]))
    const held = p.sandbox.intercept('Produce', hang())
    const entered: string[] = []
    const enter = async (value: string) => {
      await p.client.produce(record(value))
      entered.push(value)
    }
    const all = ['a', 'b', 'c', 'd', 'e'].map(enter)
    await p.clock.advance(100)
    expect(entered).toEqual(['a', 'b'])
    expect(p.client.bufferedProduceRecords).toBe(5)
    held.remove()
    await p.run(Promise.all(all))
    expect(entered).toEqual(['a', 'b', 'c', 'd', 'e'])
    await p.run(p.client.flush())
    expect(p.values()).toEqual(['warm', 'a', 'b', 'c', 'd', 'e'])
  })

  test('that is full waits for no company: everything in it is sent', async () => {
    const p = await producing({ producer: { maxBufferedRecords: 3, lingerMs: 60_000 } })
    await p.run(p.client.produceSync([record('warm')]))
    const started = p.clock.now()
    const all = [0, 1, 2].map(partition => p.put('x', { partition }))
    await p.run(Promise.all([...all, p.client.produce(record('blocked'))]))
    expect(p.clock.now()).toBe(started)
  })

  test('of bytes: a record that has no room waits, one that never will is refused with sizes', async () => {
    const p = await producing({ producer: { maxBufferedBytes: 100 } })
    await p.run(p.client.produceSync([record('warm')]))
    const held = p.sandbox.intercept('Produce', hang())
    await p.client.produce(record('x'.repeat(60)))
    let isIn = false
    const second = p.client.produce(record('y'.repeat(60))).then(() => {
      isIn = true
    })
    await p.clock.advance(100)
    expect(isIn).toBe(false)
    await expect(p.client.produce(record('z'.repeat(200)))).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      message: expect.stringMatching(/the record has 2\d\d bytes; producer.maxBufferedBytes is 100/),
    })
    held.remove()
    await p.run(second)
    expect(isIn).toBe(true)
  })

  test('a signal ends the waiting, and lets the next one in', async () => {
    const p = await producing({ producer: { maxBufferedBytes: 100 } })
    await p.run(p.client.produceSync([record('warm')]))
    const held = p.sandbox.intercept('Produce', hang())
    await p.client.produce(record('x'.repeat(60)))
    const abort = new AbortController()
    const large = p.client.produce(record('y'.repeat(60)), { signal: abort.signal })
    let isIn = false
    const small = p.client.produce(record('z')).then(() => {
      isIn = true
    })
    await p.clock.advance(10)
    expect(isIn).toBe(false)
    abort.abort()
    await expect(large).rejects.toMatchObject({ code: 'ABORTED' })
    await small
    held.remove()
    await p.run(p.client.flush())
    expect(p.values()).toEqual(['warm', 'x'.repeat(60), 'z'])
  })

  test('tryProduce does not wait: it is MAX_BUFFERED at once, and names the limit', async () => {
    const p = await producing({ producer: { maxBufferedRecords: 1 } })
    const told: (string | undefined)[] = []
    await p.client.tryProduce(record('a'))
    const full = p.client.tryProduce(record('b'), (_, error) => told.push((error as { code?: string } | undefined)?.code))
    await expect(full).rejects.toMatchObject({ code: 'MAX_BUFFERED', message: '1 records are buffered: the limit is maxBufferedRecords 1' })
    expect(told).toEqual(['MAX_BUFFERED'])
    await p.run(p.client.flush())
    await p.client.tryProduce(record('c'))
    await p.run(p.client.flush())
    expect(p.values()).toEqual(['a', 'c'])
  })

  test('tryProduce says what is wrong with a record before it says that the buffer is full', async () => {
    const p = await producing({ producer: { maxBufferedRecords: 1, maxBufferedBytes: 1_000 } })
    await p.client.tryProduce(record('a'))
    await expect(p.client.tryProduce({ topic: 'orders', value: 5 as never })).rejects.toMatchObject({ code: 'INVALID_RECORD' })
    await expect(p.client.tryProduce({ topic: 'orders', value: 'v', headers: 'none' as never })).rejects.toMatchObject({
      code: 'INVALID_RECORD',
    })
    await expect(p.client.tryProduce(null as never)).rejects.toMatchObject({ code: 'INVALID_RECORD' })
    await expect(p.client.tryProduce(record('x'.repeat(2_000)))).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' })
  })

  test('with manual flushing nothing is sent before flush, and a full buffer is an error', async () => {
    const p = await producing({ producer: { manualFlushing: true, maxBufferedRecords: 3 } })
    const all = p.puts(['a', 'b', 'c'])
    await p.clock.advance(100_000)
    expect([p.values(), p.told]).toEqual([[], []])
    await expect(p.client.produce(record('d'))).rejects.toMatchObject({ code: 'MAX_BUFFERED' })
    await p.run(p.client.flush())
    expect(await all).toEqual(['a@0', 'b@1', 'c@2'])
    const later = p.put('e')
    await p.clock.advance(100_000)
    expect(p.values()).toEqual(['a', 'b', 'c'])
    await p.run(p.client.flush())
    expect(await later).toBe('e@3')
  })
})

describe('flush', () => {
  test('waits for callbacks, and for those who wait for room', async () => {
    const p = await producing({ producer: { maxBufferedRecords: 2, lingerMs: 60_000 } })
    const all = p.puts(['a', 'b', 'c', 'd', 'e'])
    await p.run(p.client.flush())
    expect(p.told).toEqual(['a@0', 'b@1', 'c@2', 'd@3', 'e@4'])
    await all
  })

  test('wakes when the last one who waited for room gives up', async () => {
    const p = await producing({ producer: { maxBufferedRecords: 1 } })
    await p.run(p.client.produceSync([record('warm')]))
    const held = p.sandbox.intercept('Produce', { once: true }, hang())
    await p.client.produce(record('a'))
    const abort = new AbortController()
    const blocked = p.client.produce(record('b'), { signal: abort.signal }).catch((error: { code: string }) => error.code)
    const flushed = p.client.flush()
    await held.met(1)
    abort.abort()
    expect(await blocked).toBe('ABORTED')
    held.release()
    await p.run(flushed)
    expect(p.values()).toEqual(['warm', 'a'])
  })

  test('ends with its signal; what is buffered stays', async () => {
    const p = await producing()
    await p.run(p.client.produceSync([record('warm')]))
    const held = p.sandbox.intercept('Produce', { once: true }, hang())
    const a = p.put('a')
    const abort = new AbortController()
    const flushed = p.client.flush({ signal: abort.signal }).catch((error: { code: string }) => error.code)
    await held.met(1)
    abort.abort()
    expect(await flushed).toBe('ABORTED')
    held.release()
    expect(await p.run(a)).toBe('a@1')
    await expect(p.client.flush({ signal: AbortSignal.abort() })).resolves.toBeUndefined()
  })

  test('of nothing is over at once', async () => {
    const p = await producing()
    await p.client.flush()
    await p.run(p.put('a'))
    await p.client.flush()
  })
})
