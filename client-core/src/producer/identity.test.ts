import { describe, expect, test } from 'vitest'
import { at, readInt16, readInt32, readInt64 } from '../records/layout.js'
import { answer, close, fail } from '../sandbox/index.js'
import { type Producing, type ProducingOptions, producing } from './testing/producing.js'

/** Producer id, epoch and first sequence of every batch that a broker was sent. */
function identities(p: Producing, partition = 0): [id: bigint, epoch: number, sequence: number][] {
  const seen: [bigint, number, number][] = []
  p.sandbox.intercept('Produce', ({ request }) => {
    for (const { partitionData } of request.topicData) {
      for (const { index, records } of partitionData) {
        if (index === partition && records)
          seen.push([readInt64(records, at.producerId), readInt16(records, at.producerEpoch), readInt32(records, at.baseSequence)])
      }
    }
  })
  return seen
}

describe('an idempotent producer', () => {
  test('asks for an id once, when it is first needed, and numbers the records of each partition', async () => {
    const p = await producing()
    const asks = p.sandbox.intercept('InitProducerId', () => undefined)
    await p.clock.advance(1_000)
    expect(asks.count).toBe(0)
    const seen = identities(p)
    await p.run(Promise.all([...['a', 'b'].map(v => p.put(v)), p.put('x', { partition: 1 })]))
    await p.run(p.put('c'))
    expect(asks.count).toBe(1)
    expect(seen).toEqual([
      [1000n, 0, 0],
      [1000n, 0, 2],
    ])
    expect(await p.run(p.client.producerId())).toEqual({ id: 1000n, epoch: 0 })
  })

  test('gives records their id and epoch back', async () => {
    const p = await producing()
    const results = await p.run(p.client.produceSync([{ topic: 'orders', partition: 0, value: 'a' }]))
    expect(results.first()).toMatchObject({ producerId: 1000n, producerEpoch: 0 })
    p.sandbox.intercept('Produce', { once: true }, fail('MESSAGE_TOO_LARGE'))
    const failed = await p.run(p.client.produceSync([{ topic: 'orders', partition: 0, value: 'b' }]))
    expect(failed.results[0].record).toMatchObject({ offset: -1n, producerId: -1n, producerEpoch: -1 })
  })

  test('a lost search for an id is no failure of the records: it is tried again', async () => {
    const p = await producing({ client: { requestRetries: 1 } })
    const asks = p.sandbox.intercept('InitProducerId', () => undefined)
    for (let i = 0; i < 5; i++)
      p.sandbox.intercept('InitProducerId', { once: true }, i % 2 ? close() : fail('COORDINATOR_LOAD_IN_PROGRESS'))
    expect(await p.run(p.put('a'))).toBe('a@0')
    expect(asks.count).toBe(6)
  })

  test('an id that is refused fails what is buffered; the next record asks again', async () => {
    const p = await producing()
    p.sandbox.intercept('InitProducerId', { once: true }, fail('CLUSTER_AUTHORIZATION_FAILED'))
    expect(await p.run(p.puts(['a', 'b']))).toEqual(['a:CLUSTER_AUTHORIZATION_FAILED', 'b:CLUSTER_AUTHORIZATION_FAILED'])
    expect(await p.run(p.put('c'))).toBe('c@0')
  })

  test('brokers without producer ids are produced to without', async () => {
    const p = await producing()
    for (const id of p.sandbox.brokers) p.sandbox.broker(id).limitVersions({ InitProducerId: null })
    const seen = identities(p)
    expect(await p.run(p.puts(['a', 'b']))).toEqual(['a@0', 'b@1'])
    expect(seen).toEqual([[-1n, -1, -1]])
    expect(await p.run(p.client.producerId())).toEqual({ id: -1n, epoch: -1 })
  })

  test('without idempotence nobody asks for an id', async () => {
    const p = await producing({ producer: { idempotent: false } })
    const asks = p.sandbox.intercept('InitProducerId', () => undefined)
    const seen = identities(p)
    expect(await p.run(p.puts(['a', 'b']))).toEqual(['a@0', 'b@1'])
    expect([asks.count, seen]).toEqual([0, [[-1n, -1, -1]]])
  })

  test('at the end of the epochs a new id is asked for', async () => {
    const p = await producing()
    p.sandbox.intercept(
      'InitProducerId',
      { once: true },
      answer({ throttleTimeMs: 0, errorCode: 0, producerId: 7n, producerEpoch: 32_766 }),
    )
    await p.run(p.put('a'))
    const seen = identities(p)
    p.sandbox.forgetProducers('orders', 0)
    p.sandbox.intercept('Produce', { once: true }, fail('UNKNOWN_PRODUCER_ID'))
    await p.run(p.put('b'))
    expect(seen).toEqual([
      [7n, 32_766, 1],
      [1000n, 0, 0],
    ])
    expect(p.values()).toEqual(['a', 'b'])
  })
})

describe('a broker that lost track of the sequence', () => {
  const lossy = async (more: ProducingOptions = {}) => {
    const losses: [string, number][] = []
    const p = await producing({ ...more, producer: { onDataLoss: (...where) => losses.push(where), ...more.producer } })
    await p.run(p.puts(['a', 'b']))
    return { p, losses }
  }
  /** The broker has a gap: it lost the last record, or remembers one that never was. */
  const lose = (p: Producing) => p.sandbox.intercept('Produce', { once: true }, fail('OUT_OF_ORDER_SEQUENCE_NUMBER'))

  test('because its log begins behind our last record has lost nothing of ours: nobody is told', async () => {
    const { p, losses } = await lossy()
    const seen = identities(p)
    p.sandbox.deleteRecords('orders', 0, 2n)
    p.sandbox.forgetProducers('orders', 0)
    p.sandbox.intercept('Produce', { once: true }, async ({ request }) =>
      answer({
        responses: request.topicData.map(t => ({
          name: t.name,
          topicId: t.topicId,
          partitionResponses: t.partitionData.map(({ index }) => ({ index, errorCode: 59, baseOffset: -1n, logStartOffset: 2n })),
        })),
      }),
    )
    expect(await p.run(p.put('c'))).toBe('c@2')
    expect(losses).toEqual([])
    expect(seen).toEqual([
      [1000n, 0, 2],
      [1000n, 1, 0],
    ])
  })

  test('has lost records: onDataLoss is told once, the epoch grows by one, and the records are delivered', async () => {
    const { p, losses } = await lossy()
    const seen = identities(p)
    lose(p)
    expect(await p.run(p.puts(['c', 'd']))).toEqual(['c@2', 'd@3'])
    expect(losses).toEqual([['orders', 0]])
    expect(seen).toEqual([
      [1000n, 0, 2],
      [1000n, 1, 0],
    ])
    expect(p.values()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('on several partitions at the same time makes one new epoch', async () => {
    const { p, losses } = await lossy({ sandbox: { brokers: 1, topics: { orders: 3 } } })
    await p.run(Promise.all([1, 2].map(partition => p.put('x', { partition }))))
    const seen = identities(p, 2)
    lose(p)
    await p.run(Promise.all([0, 1, 2].map(partition => p.put('y', { partition }))))
    expect(losses.sort()).toEqual([
      ['orders', 0],
      ['orders', 1],
      ['orders', 2],
    ])
    expect(seen.map(([, epoch]) => epoch)).toEqual([0, 1])
  })

  test('again and again is asked ever more slowly', async () => {
    const { p, losses } = await lossy()
    const hostile = p.sandbox.intercept('Produce', fail('OUT_OF_ORDER_SEQUENCE_NUMBER'))
    const c = p.put('c')
    await p.clock.advance(10_000)
    expect(losses.length).toBeLessThan(12)
    hostile.remove()
    expect(await p.run(c)).toBe('c@2')
  })

  test('onDataLoss may throw, and may use the client', async () => {
    const more: Promise<string>[] = []
    let p!: Producing
    p = await producing({
      producer: {
        onDataLoss: () => {
          more.push(p.put('from within'))
          throw new Error('mine')
        },
      },
    })
    await p.run(p.put('a'))
    lose(p)
    expect(await p.run(p.put('b'))).toBe('b@1')
    expect(await p.run(more[0])).toMatch(/^from within@/)
  })

  test('ends producing with stopOnDataLoss: the records fail, and so does whatever comes later', async () => {
    const { p, losses } = await lossy({ producer: { stopOnDataLoss: true } })
    lose(p)
    expect(await p.run(p.puts(['c', 'd']))).toEqual(['c:DATA_LOSS', 'd:DATA_LOSS'])
    expect(losses).toEqual([])
    expect(await p.run(p.put('e'))).toBe('e:DATA_LOSS')
    expect(await p.run(p.put('f', { topic: 'new', partition: undefined }))).toBe('f:DATA_LOSS')
    await p.run(p.client.flush())
    expect(p.values()).toEqual(['a', 'b'])
  })

  test('cannot have lost what it never knew: without idempotence the record fails', async () => {
    const { p, losses } = await lossy({ producer: { idempotent: false } })
    lose(p)
    expect(await p.run(p.put('c'))).toBe('c:OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(losses).toEqual([])
  })
})

describe('a batch that was sent and is called failed', () => {
  test('begins a new epoch, so that the next one of its size is not taken for it (issue 1484 of kgo)', async () => {
    const p = await producing({ producer: { recordRetries: 0 } })
    await p.run(p.put('warm'))
    const seen = identities(p)
    // The broker writes it and says that it did not.
    p.sandbox.intercept('Produce', { once: true }, fail('NOT_LEADER_OR_FOLLOWER', { after: true }))
    expect(await p.run(p.put('lost'))).toBe('lost:RECORD_RETRIES')
    expect(await p.run(p.put('next'))).toBe('next@2')
    expect(p.values()).toEqual(['warm', 'lost', 'next'])
    expect(seen).toEqual([
      [1000n, 0, 1],
      [1000n, 1, 0],
    ])
  })

  test('that never was on a wire begins none', async () => {
    const p = await producing({ producer: { recordRetries: 0 } })
    await p.run(p.put('warm'))
    const seen = identities(p)
    await Promise.all(p.sandbox.brokers.map(id => p.sandbox.broker(id).stop()))
    expect(await p.run(p.put('lost'))).toBe('lost:RECORD_RETRIES')
    await Promise.all(p.sandbox.brokers.map(id => p.sandbox.broker(id).start()))
    expect(await p.run(p.put('next'))).toBe('next@1')
    expect(seen).toEqual([[1000n, 0, 1]])
  })

  test('leaves the other partitions their sequences: what they have in flight stays as it is', async () => {
    const p = await producing({ sandbox: { brokers: 1, topics: { orders: 2 } }, producer: { recordRetries: 0 } })
    await p.run(Promise.all([p.put('w', { partition: 0 }), p.put('w', { partition: 1 })]))
    const seen = identities(p, 1)
    p.sandbox.intercept('Produce', { once: true }, fail('MESSAGE_TOO_LARGE'))
    await p.run(p.put('lost', { partition: 0 }))
    expect(await p.run(p.puts(['x', 'y'], { partition: 1 }))).toEqual(['x@1', 'y@2'])
    expect(seen).toEqual([[1000n, 1, 0]])
  })
})
