import { describe, expect, test } from 'vitest'
import { codec } from '../compression/index.js'
import { fail, hang } from '../sandbox/index.js'
import { Offset } from './offset.js'
import { from, names, setup, text, values } from './testing/setup.js'

describe('where consuming begins', () => {
  test.each<[string, Offset, string[]]>([
    ['the start', Offset.atStart(), ['v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9', 'new']],
    ['the end', Offset.atEnd(), ['new']],
    ['an exact offset', Offset.at(7n), ['v7', 'v8', 'v9', 'new']],
    ['two before the end', Offset.atEnd().relative(-2n), ['v8', 'v9', 'new']],
    ['more before the end than there is: the start', Offset.atEnd().relative(-99n), ['v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9', 'new']],
    ['beyond the end, relatively: the end', Offset.atStart().relative(99n), ['new']],
    ['a time: the first record that is not older', Offset.afterMilli(1_055n), ['v6', 'v7', 'v8', 'v9', 'new']],
    ['a time after the last record: the end', Offset.afterMilli(9_999_999n), ['new']],
    [
      'an offset below the log, whose records are gone: the oldest that is left',
      Offset.at(1n),
      ['v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9', 'new'],
    ],
  ])('%s', async (_, offset, expected) => {
    const { sandbox, make, read, clock } = await setup()
    for (const record of values(10)) sandbox.append('orders', 0, [record])
    sandbox.deleteRecords('orders', 0, 3n)
    const client = make(from(offset, 0))
    await client.pollFetches({ wait: false })
    await clock.advance(50)
    sandbox.append('orders', 0, [{ value: 'new' }])
    expect(await read(client, expected.length)).toEqual(expected)
  })

  test('an offset beyond the end goes where resetOffset says', async () => {
    const { sandbox, make, read } = await setup()
    sandbox.append('orders', 0, values(3))
    const client = make({ consumer: { partitions: { orders: { 0: Offset.at(99n) } }, resetOffset: Offset.atStart() } })
    expect(await read(client, 3)).toEqual(['v0', 'v1', 'v2'])
  })

  test('without a reset an offset out of range is an error, given once; setOffsets mends it', async () => {
    const { sandbox, make, read, clock } = await setup()
    sandbox.append('orders', 0, values(3))
    const client = make({ consumer: { partitions: { orders: { 0: Offset.at(99n) } }, resetOffset: Offset.noReset() } })
    const polling = client.pollFetches()
    await clock.advance(100)
    expect((await polling).errors()).toMatchObject([{ topic: 'orders', partition: 0, error: { code: 'OFFSET_OUT_OF_RANGE' } }])
    await clock.advance(5_000)
    expect((await client.pollFetches({ wait: false })).errors()).toEqual([])
    client.setOffsets({ orders: { 0: Offset.at(1n) } })
    expect(await read(client, 2)).toEqual(['v1', 'v2'])
  })

  test('in the middle of a batch, the records before are not given out', async () => {
    const { sandbox, make, read } = await setup()
    sandbox.append('orders', 0, values(10))
    expect(await read(make(from(Offset.at(8n), 0)), 2)).toEqual(['v8', 'v9'])
  })

  test('a whole topic is consumed, also the partitions that it gets later', async () => {
    const { sandbox, make, read, clock } = await setup({ topics: { orders: 1 } })
    const client = make({ consumer: { topics: ['orders'] }, metadataMaxAgeMs: 1_000 })
    sandbox.append('orders', 0, [{ value: 'a' }])
    expect(await read(client, 1)).toEqual(['a'])
    const admin = make()
    const { CreatePartitionsRequest } = await import('../protocol/api/create-partitions.js')
    const creating = admin.request(
      CreatePartitionsRequest({ topics: [{ name: 'orders', count: 2, assignments: null }], timeoutMs: 1_000, validateOnly: false }),
    )
    await clock.advance(100)
    expect((await creating).results[0].errorCode).toBe(0)
    sandbox.append('orders', 1, [{ value: 'b' }])
    expect(await read(client, 1)).toEqual(['b'])
  })
})

describe('polls', () => {
  test('at most so many records, over brokers too; the rest comes first next time and nothing twice', async () => {
    const { sandbox, make, clock } = await setup()
    for (const p of [0, 1, 2]) sandbox.append('orders', p, values(10, p * 100))
    const client = make(from(Offset.atStart(), 0, 1, 2))
    const seen: (string | null)[] = []
    for (let i = 0; seen.length < 30 && i < 100; i++) {
      const polling = client.pollRecords(7, { wait: false })
      await clock.advance(10)
      const fetches = await polling
      expect(fetches.numRecords()).toBeLessThanOrEqual(7)
      for (const r of fetches.records()) seen.push(text(r.value))
    }
    expect(new Set(seen).size).toBe(30)
    for (const p of [0, 1, 2]) {
      const own = seen.filter(v => Math.floor(Number(v!.slice(1)) / 100) === p)
      expect(own).toEqual(values(10, p * 100).map(r => r.value))
    }
  })

  test('what is paused is not given out and not lost: it goes on where it was', async () => {
    const { sandbox, make, read, clock } = await setup()
    sandbox.append('orders', 0, values(2))
    const client = make(from(Offset.atStart(), 0))
    expect(await read(client, 2)).toHaveLength(2)
    client.pauseFetchPartitions({ orders: [0] })
    sandbox.append('orders', 0, values(2, 2))
    await clock.advance(20_000)
    expect((await client.pollFetches({ wait: false })).numRecords()).toBe(0)
    expect(client.pauseFetchPartitions()).toEqual(new Map([['orders', [0]]]))
    client.resumeFetchPartitions({ orders: [0] })
    expect(await read(client, 2)).toEqual(['v2', 'v3'])
  })

  test('a poll whose signal aborts gives an error fetch and does not reject', async () => {
    const { make, clock } = await setup()
    const client = make(from(Offset.atEnd(), 0))
    const stop = new AbortController()
    const polling = client.pollFetches({ signal: stop.signal })
    await clock.advance(100)
    stop.abort()
    const fetches = await polling
    expect(fetches.err0()).toMatchObject({ code: 'ABORTED' })
  })

  test('close ends polls and iterators, and leaves no timer', async () => {
    const { make, clock, sandbox } = await setup()
    const client = make(from(Offset.atEnd(), 0, 1, 2))
    const polling = client.pollFetches()
    await clock.advance(100)
    await client.close()
    expect((await polling).isClientClosed()).toBe(true)
    expect((await client.pollFetches()).isClientClosed()).toBe(true)
    await sandbox.close()
    await clock.settle()
    expect(clock.pending).toBe(0)
  })

  test('for await gives record by record, in order, until its signal aborts', async () => {
    const { sandbox, make, clock } = await setup()
    sandbox.append('orders', 0, values(5))
    const client = make(from(Offset.atStart(), 0))
    const stop = new AbortController()
    const seen: (string | null)[] = []
    const reading = (async () => {
      for await (const record of client.records({ signal: stop.signal })) {
        seen.push(text(record.value))
        if (seen.length === 6) stop.abort()
      }
    })()
    await clock.advance(100)
    sandbox.append('orders', 0, [{ value: 'later' }])
    await clock.advance(10_000)
    await reading
    expect(seen).toEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'later'])
  })

  test('a loop that is left early loses nothing: the next one goes on with the next record', async () => {
    const { sandbox, make, clock } = await setup()
    for (const p of [0, 1, 2]) sandbox.append('orders', p, values(5, p * 10))
    const client = make(from(Offset.atStart(), 0, 1, 2))
    const seen: (string | null)[] = []
    const readOnly = async (count: number) => {
      let left = count
      for await (const record of client.records()) {
        seen.push(text(record.value))
        if (--left === 0) break
      }
    }
    for (const count of [2, 5, 1, 7]) {
      const reading = readOnly(count)
      await clock.advance(20_000)
      await reading
    }
    expect([...seen].sort()).toEqual([0, 10, 20].flatMap(first => values(5, first).map(r => r.value)).sort())
  })

  test('a loop whose body throws loses nothing either: the next one begins with the record after that', async () => {
    const { sandbox, make, clock, read } = await setup({ brokers: 1, topics: { orders: 1 } })
    sandbox.append('orders', 0, values(5))
    const client = make(from(Offset.atStart(), 0))
    const reading = (async () => {
      for await (const record of client.records()) if (text(record.value) === 'v1') throw new Error('in the loop')
    })()
    const failed = expect(reading).rejects.toThrow('in the loop')
    await clock.advance(500)
    await failed
    expect(await read(client, 3)).toEqual(names(3, 2))
  })

  test('two loops at once share the records, and close ends both', async () => {
    const { sandbox, make, clock } = await setup()
    const client = make(from(Offset.atStart(), 0, 1, 2))
    const seen: (string | null)[] = []
    const loop = async () => {
      for await (const record of client.records()) seen.push(text(record.value))
    }
    const loops = Promise.all([loop(), loop()])
    for (let i = 0; i < 10; i++) {
      for (const p of [0, 1, 2]) sandbox.append('orders', p, values(2, p * 100 + i * 2))
      await clock.advance(200)
    }
    await clock.advance(1_000)
    await client.close()
    await loops
    expect(seen.sort()).toEqual([0, 100, 200].flatMap(first => names(20, first)).sort())
  })

  test('an error of one partition is thrown after the records that came with it', async () => {
    const { sandbox, make, clock } = await setup({ brokers: 1, topics: { orders: 2 } })
    sandbox.append('orders', 0, values(2))
    const client = make({
      consumer: { partitions: { orders: { 0: Offset.at(0n), 1: Offset.at(50n) } }, resetOffset: Offset.noReset() },
    })
    const seen: (string | null)[] = []
    const reading = (async () => {
      for await (const record of client.records()) seen.push(text(record.value))
    })()
    const failed = expect(reading).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await clock.advance(1_000)
    await failed
    expect(seen).toEqual(['v0', 'v1'])
  })

  test('one fetch at a time and broker, none before the last one was taken: a slow reader bounds the memory', async () => {
    const { sandbox, make, clock } = await setup({ brokers: 1, topics: { orders: 1 } })
    for (let i = 0; i < 50; i++) sandbox.append('orders', 0, [{ value: new Uint8Array(10_000) }])
    let fetches = 0
    sandbox.intercept('Fetch', () => {
      fetches++
    })
    const client = make({
      consumer: { partitions: { orders: { 0: Offset.atStart() } }, fetchMaxBytes: 50_000, fetchMaxPartitionBytes: 50_000 },
    })
    await client.pollFetches({ wait: false })
    await clock.advance(60_000)
    expect(fetches).toBe(1)
    expect(client.bufferedFetchRecords).toBeGreaterThan(0)
    expect(client.bufferedFetchBytes).toBeLessThanOrEqual(60_000)
    await client.pollFetches({ wait: false })
    await clock.advance(10)
    expect(fetches).toBe(2)
  })

  test('maxConcurrentFetches bounds fetches over all brokers, and every broker gets its turn', async () => {
    const { sandbox, make, read } = await setup()
    for (const p of [0, 1, 2]) sandbox.append('orders', p, values(4, p * 10))
    const client = make({
      consumer: {
        partitions: { orders: { 0: Offset.atStart(), 1: Offset.atStart(), 2: Offset.atStart() } },
        maxConcurrentFetches: 1,
        fetchMaxWaitMs: 100,
      },
    })
    expect((await read(client, 12)).sort()).toHaveLength(12)
  })
})

describe('when the cluster moves', () => {
  test('a leader that moved is followed; nothing is lost and nothing comes twice', async () => {
    const { sandbox, make, read } = await setup()
    sandbox.append('orders', 0, values(3))
    const client = make(from(Offset.atStart(), 0))
    const seen = await read(client, 3)
    const next = sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!
    sandbox.moveLeader('orders', 0, next)
    sandbox.append('orders', 0, values(3, 3))
    seen.push(...(await read(client, 3)))
    expect(seen).toEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'v5'])
  })

  test('a leader that the answer names is followed without asking for metadata (KIP-951)', async () => {
    const { sandbox, make, read, during } = await setup({ topics: { orders: 1 } })
    const client = make(from(Offset.at(0n), 0))
    await during(client, 6_000)
    const loads = sandbox.intercept('Metadata', () => undefined)
    sandbox.moveLeader('orders', 0, sandbox.brokers.find(id => id !== sandbox.leader('orders', 0))!)
    sandbox.append('orders', 0, values(1))
    expect(await read(client, 1)).toEqual(['v0'])
    expect(loads.count).toBe(0)
  })

  test('a broker that dies is replaced by the next leader', async () => {
    const { sandbox, make, read } = await setup()
    sandbox.append('orders', 0, values(3))
    const client = make(from(Offset.atStart(), 0))
    const seen = await read(client, 3)
    await sandbox.broker(sandbox.leader('orders', 0)).stop()
    sandbox.append('orders', 0, values(3, 3))
    seen.push(...(await read(client, 3)))
    expect(seen).toEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'v5'])
  })

  test('connections that are cut again and again lose nothing and double nothing', async () => {
    const { sandbox, make, read } = await setup()
    const client = make(from(Offset.atStart(), 0))
    const seen: (string | null)[] = []
    for (let i = 0; i < 20; i++) {
      sandbox.append('orders', 0, values(3, i * 3))
      if (i % 3 === 0) sandbox.broker(sandbox.leader('orders', 0)).cut()
      seen.push(...(await read(client, 3)))
    }
    expect(seen).toEqual(values(60).map(r => r.value))
  })

  test('a retriable error of one partition is kept from the poll; the partition goes on', async () => {
    const { sandbox, make, read } = await setup()
    sandbox.append('orders', 0, values(2))
    sandbox.intercept('Fetch', { once: true }, fail('NOT_LEADER_OR_FOLLOWER'))
    expect(await read(make(from(Offset.atStart(), 0)), 2)).toEqual(['v0', 'v1'])
  })

  test('an error that will not go away is given to the poll, and is not asked for in a spin', async () => {
    const { sandbox, make, clock } = await setup()
    let asked = 0
    sandbox.intercept('Fetch', () => {
      asked++
      return fail('TOPIC_AUTHORIZATION_FAILED')
    })
    const client = make(from(Offset.atStart(), 0))
    const polling = client.pollFetches()
    await clock.advance(100)
    expect((await polling).err()).toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' })
    await clock.settle()
    expect(asked).toBe(1)
  })

  test('a lost fetch session is made anew', async () => {
    const { sandbox, make, read } = await setup()
    sandbox.append('orders', 0, values(2))
    const client = make(from(Offset.atStart(), 0))
    const seen = await read(client, 2)
    sandbox.intercept('Fetch', { once: true }, fail('FETCH_SESSION_ID_NOT_FOUND'))
    sandbox.append('orders', 0, values(2, 2))
    seen.push(...(await read(client, 2)))
    expect(seen).toEqual(['v0', 'v1', 'v2', 'v3'])
  })

  test('a position that is set while a fetch is under way wins over what the fetch brings', async () => {
    const { sandbox, make, clock } = await setup()
    sandbox.append('orders', 0, values(10))
    const parked = sandbox.intercept('Fetch', { once: true }, hang())
    const client = make(from(Offset.atStart(), 0))
    await client.pollFetches({ wait: false })
    await clock.advance(50)
    client.setOffsets({ orders: { 0: Offset.at(9n) } })
    parked.remove()
    sandbox.clearInterceptions()
    const seen: (string | null)[] = []
    for (let i = 0; i < 100 && seen.length === 0; i++) {
      for (const r of (await client.pollFetches({ wait: false })).records()) seen.push(text(r.value))
      await clock.advance(500)
    }
    expect(seen).toEqual(['v9'])
  })

  test('a partition that is removed and added again is consumed from where the second call says', async () => {
    const { sandbox, make, read } = await setup()
    sandbox.append('orders', 0, values(4))
    const client = make(from(Offset.atStart(), 0))
    expect(await read(client, 4)).toHaveLength(4)
    client.removeConsumePartitions({ orders: [0] })
    client.addConsumePartitions({ orders: { 0: Offset.at(2n) } })
    expect(await read(client, 2)).toEqual(['v2', 'v3'])
  })
})

describe('what is in the log', () => {
  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('records compressed with %s', async name => {
    const { sandbox, make, read } = await setup()
    sandbox.append('orders', 0, values(50), { codec: await codec(name) })
    expect(await read(make(from(Offset.atStart(), 0)), 50)).toEqual(values(50).map(r => r.value))
  })

  test('aborted records are hidden from read_committed and shown to read_uncommitted; markers are shown to nobody', async () => {
    const { sandbox, make, read } = await setup({ topics: { orders: 1 } })
    const sequences = new Map<bigint, number>()
    const transaction = (producerId: bigint, value: string) => {
      const baseSequence = sequences.get(producerId) ?? 0
      sequences.set(producerId, baseSequence + 1)
      sandbox.append('orders', 0, [{ value }], { producerId, producerEpoch: 0, baseSequence, transactional: true })
    }
    transaction(1n, 'aborted 1')
    transaction(2n, 'committed 1')
    sandbox.append('orders', 0, [{ value: 'plain' }])
    sandbox.endTransaction('orders', 0, { producerId: 1n, producerEpoch: 0, how: 'abort' })
    transaction(1n, 'committed 2')
    sandbox.endTransaction('orders', 0, { producerId: 2n, producerEpoch: 0, how: 'commit' })
    sandbox.endTransaction('orders', 0, { producerId: 1n, producerEpoch: 0, how: 'commit' })
    sandbox.append('orders', 0, [{ value: 'last' }])
    const consume = (isolation: 'read_committed' | 'read_uncommitted') =>
      make({ consumer: { partitions: { orders: { 0: Offset.atStart() } }, isolation } })
    expect(await read(consume('read_committed'), 4)).toEqual(['committed 1', 'plain', 'committed 2', 'last'])
    expect(await read(consume('read_uncommitted'), 5)).toEqual(['aborted 1', 'committed 1', 'plain', 'committed 2', 'last'])
  })

  test('a damaged batch stops its partition with one error that says how to go on; others go on', async () => {
    const { sandbox, make, read, clock } = await setup({ topics: { orders: 2 } })
    sandbox.append('orders', 0, values(2))
    const { encodeBatch } = await import('../records/encode.js')
    const damaged = encodeBatch([{ value: 'damaged' }])
    damaged[damaged.length - 2] ^= 1
    sandbox.appendBatch('orders', 0, damaged)
    sandbox.append('orders', 0, values(1, 5))
    sandbox.append('orders', 1, values(1, 100))
    const client = make(from(Offset.atStart(), 0, 1))
    expect((await read(client, 3)).sort()).toEqual(['v0', 'v1', 'v100'])
    const polling = client.pollFetches()
    await clock.advance(1_000)
    const fetches = await polling
    expect(fetches.errors()).toMatchObject([{ topic: 'orders', partition: 0, error: { code: 'CORRUPT_BATCH', offset: 2n } }])
    client.setOffsets({ orders: { 0: Offset.at(3n) } })
    expect(await read(client, 1)).toEqual(['v5'])
  })

  test('a batch that decompresses to more than the limit is refused with its offset', async () => {
    const { sandbox, make, clock } = await setup({ topics: { orders: 1 } })
    sandbox.append('orders', 0, [{ value: new Uint8Array(500_000) }], { codec: await codec('zstd') })
    const client = make({ consumer: { partitions: { orders: { 0: Offset.atStart() } }, maxDecompressedBytes: 100_000 } })
    const polling = client.pollFetches()
    await clock.advance(1_000)
    expect((await polling).errors()).toMatchObject([{ error: { code: 'DECOMPRESSED_TOO_LARGE', offset: 0n, nextOffset: 1n } }])
  })

  test('a topic may be called __proto__', async () => {
    const { sandbox, make, read } = await setup({ topics: new Map([['__proto__', 1]]) })
    sandbox.append('__proto__', 0, values(1))
    const client = make({ consumer: { partitions: new Map([['__proto__', new Map([[0, Offset.atStart()]])]]) } })
    expect(await read(client, 1)).toEqual(['v0'])
  })
})
