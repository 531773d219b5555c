import { describe, expect, test } from 'vitest'
import { Offset } from './offset.js'
import { from, names, setup, text, values } from './testing/setup.js'

const one = { topics: { orders: 1 } }

describe('offsets that the log does not have', () => {
  test('when the log was cut below what was read, and nobody can say where, reading goes on at the time of the last record read', async () => {
    const { sandbox, make, read, clock } = await setup(one)
    for (const id of sandbox.brokers) sandbox.broker(id).limitVersions({ OffsetForLeaderEpoch: null })
    for (const record of values(6)) sandbox.append('orders', 0, [record])
    const client = make(from(Offset.atStart(), 0))
    expect(await read(client, 6)).toEqual(names(6))
    sandbox.truncate('orders', 0, 2n)
    sandbox.append('orders', 0, [{ value: 'earlier', timestamp: 1_030n }])
    sandbox.append('orders', 0, [{ value: 'as late', timestamp: 1_050n }])
    await clock.advance(100)
    expect(await read(client, 1)).toEqual(['as late'])
  })

  test.each(['none', 'lz4'] as const)(
    'the last record’s time counts, not the latest of its batch: what lies between would be skipped (%s)',
    async name => {
      const { codec } = await import('../compression/index.js')
      const { sandbox, make, read, clock } = await setup(one)
      for (const id of sandbox.brokers) sandbox.broker(id).limitVersions({ OffsetForLeaderEpoch: null })
      const batch = [1_000n, 9_000n, 2_000n].map((timestamp, i) => ({ value: `v${i}`, timestamp }))
      sandbox.append('orders', 0, batch, name === 'none' ? {} : { codec: await codec(name) })
      const client = make(from(Offset.atStart(), 0))
      expect(await read(client, 3)).toEqual(names(3))
      sandbox.truncate('orders', 0, 0n)
      for (const timestamp of [1_000n, 3_000n]) sandbox.append('orders', 0, [{ value: `${timestamp}`, timestamp }])
      await clock.advance(100)
      expect(await read(client, 1)).toEqual(['3000'])
    },
  )

  test('of a batch that was given out in part, the first record that was not given out counts', async () => {
    const { sandbox, make, read, clock } = await setup(one)
    for (const id of sandbox.brokers) sandbox.broker(id).limitVersions({ OffsetForLeaderEpoch: null })
    sandbox.append('orders', 0, values(6))
    const client = make(from(Offset.atStart(), 0))
    let seen: (string | null)[] = []
    for (let i = 0; seen.length < 4 && i < 100; i++) {
      const fetches = await client.pollRecords(4 - seen.length, { wait: false })
      seen = [...seen, ...fetches.recordsArray().map(r => text(r.value))]
      await clock.advance(50)
    }
    expect(seen).toEqual(names(4))
    // What is buffered is dropped with the position, and the position is set to where it stood.
    client.pauseFetchPartitions({ orders: [0] })
    await client.pollFetches({ wait: false })
    sandbox.truncate('orders', 0, 1n)
    sandbox.append('orders', 0, [{ value: 'earlier', timestamp: 1_030n }])
    sandbox.append('orders', 0, [{ value: 'in time', timestamp: 1_040n }])
    client.resumeFetchPartitions({ orders: [0] })
    expect(await read(client, 1)).toEqual(['in time'])
  })

  test('below the log’s start reading goes on at the start, not by time', async () => {
    const { sandbox, make, read, clock } = await setup(one)
    for (const record of values(8)) sandbox.append('orders', 0, [record])
    const client = make(from(Offset.atStart(), 0))
    let seen: (string | null)[] = []
    for (let i = 0; seen.length < 2 && i < 100; i++) {
      const fetches = await client.pollRecords(2 - seen.length, { wait: false })
      seen = [...seen, ...fetches.recordsArray().map(r => text(r.value))]
      await clock.advance(50)
    }
    client.pauseFetchPartitions({ orders: [0] })
    await client.pollFetches({ wait: false })
    sandbox.deleteRecords('orders', 0, 5n)
    client.resumeFetchPartitions({ orders: [0] })
    expect(await read(client, 3)).toEqual(names(3, 5))
  })

  test('below the log’s start reading goes on at the start also where what is left is older than what was read', async () => {
    const { sandbox, make, clock, read } = await setup(one)
    const times = [9_000n, 9_001n, 9_002n, 1_000n, 1_001n]
    times.forEach((timestamp, i) => void sandbox.append('orders', 0, [{ value: `v${i}`, timestamp }]))
    const client = make({ consumer: { ...from(Offset.atStart(), 0).consumer, fetchMaxPartitionBytes: 1 } })
    await client.pollFetches({ wait: false })
    await clock.advance(100)
    expect((await client.pollRecords(1, { wait: false })).numRecords()).toBe(1)
    client.pauseFetchPartitions({ orders: [0] })
    await clock.advance(10_000)
    await client.pollFetches({ wait: false })
    sandbox.deleteRecords('orders', 0, 3n)
    client.resumeFetchPartitions({ orders: [0] })
    expect(await read(client, 2)).toEqual(['v3', 'v4'])
  })

  test('an exact resetOffset beyond the end is clamped to the end, one below the start to the start', async () => {
    const { sandbox, make, read, during } = await setup(one)
    for (const record of values(6)) sandbox.append('orders', 0, [record])
    sandbox.deleteRecords('orders', 0, 2n)
    const consumer = (resetOffset: Offset) => make({ consumer: { partitions: { orders: { 0: Offset.at(50n) } }, resetOffset } })
    const atEnd = consumer(Offset.at(99n))
    await during(atEnd, 1_000)
    const atStart = consumer(Offset.at(0n))
    expect(await read(atStart, 4)).toEqual(names(4, 2))
    sandbox.append('orders', 0, values(1, 6))
    expect(await read(atEnd, 1)).toEqual(['v6'])
  })

  test.each([
    ['an exact offset and more', Offset.at(5n).relative(99n), ['new']],
    ['an exact offset and less', Offset.at(5n).relative(-99n), [...names(4, 2), 'new']],
    ['the start and less', Offset.atStart().relative(-1n), [...names(4, 2), 'new']],
    ['the end and more', Offset.atEnd().relative(1n), ['new']],
    ['a time, and less than there is', Offset.afterMilli(1_040n).relative(-99n), [...names(4, 2), 'new']],
    ['a time, and one back', Offset.afterMilli(1_040n).relative(-1n), [...names(3, 3), 'new']],
    ['a time beyond the end', Offset.afterMilli(9_999_999n), ['new']],
  ])('%s: kept between the start and the end', async (_, offset, expected) => {
    const { sandbox, make, read, during } = await setup(one)
    for (const record of values(6)) sandbox.append('orders', 0, [record])
    sandbox.deleteRecords('orders', 0, 2n)
    // What was not clamped would be out of range.
    const client = make({ consumer: { ...from(offset, 0).consumer, resetOffset: Offset.noReset() } })
    const seen = (await during(client, 500)).flatMap(p => p.records.toArray().map(r => text(r.value)))
    sandbox.append('orders', 0, [{ value: 'new' }])
    expect([...seen, ...(await read(client, 1))]).toEqual(expected)
  })

  test('noReset begins at the start, or where it is told; an offset out of range then surfaces once, also after something was read', async () => {
    const { sandbox, make, read, partition, during } = await setup(one)
    for (const id of sandbox.brokers) sandbox.broker(id).limitVersions({ OffsetForLeaderEpoch: null })
    for (const record of values(4)) sandbox.append('orders', 0, [record])
    const consumer = (resetOffset: Offset) => make({ consumer: { topics: ['orders'], resetOffset } })
    const atEnd = consumer(Offset.noReset(Offset.atEnd()))
    const client = consumer(Offset.noReset())
    expect(await read(client, 4)).toEqual(names(4))
    expect(await during(atEnd, 100)).toEqual([])
    sandbox.truncate('orders', 0, 2n)
    expect(await partition(client, p => p.error !== undefined)).toMatchObject({ error: { code: 'OFFSET_OUT_OF_RANGE' } })
    expect(await during(client, 20_000)).toEqual([])
    client.setOffsets({ orders: { 0: Offset.at(1n) } })
    expect(await read(client, 1)).toEqual(['v1'])
  })
})
