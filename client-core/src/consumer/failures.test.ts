import { describe, expect, test } from 'vitest'
import { answer, close, fail } from '../sandbox/index.js'
import { plain } from '../sasl/index.js'
import { Offset } from './offset.js'
import { from, names, said, setup, values } from './testing/setup.js'

const one = { brokers: 1, topics: { orders: 1 } }

describe('what keeps fetches from succeeding', () => {
  test('a login that is refused for good is told by the poll, is not tried again by itself, and setOffsets tries anew', async () => {
    const { sandbox, make, partition, during, read, clock } = await setup({ ...one, sasl: { users: { alice: 'old' } } })
    let password = 'old'
    const client = make({
      sasl: [plain(() => ({ username: 'alice', password }))],
      consumer: { partitions: { orders: { 0: Offset.at(0n) } } },
    })
    sandbox.append('orders', 0, values(2))
    expect(await read(client, 2)).toEqual(names(2))
    password = 'wrong'
    const logins = sandbox.intercept('SaslAuthenticate', () => undefined)
    sandbox.intercept('Fetch', { once: true }, close())
    sandbox.append('orders', 0, values(2, 2))
    await clock.advance(10)
    const { error, topic } = await partition(client, p => p.error !== undefined)
    expect([topic, (error as { code?: string }).code]).toEqual(['orders', 'AUTHENTICATION_FAILED'])
    const tried = logins.count
    expect(await during(client, 30_000)).toEqual([])
    expect(logins.count).toBe(tried)
    password = 'old'
    client.setOffsets({ orders: { 0: Offset.at(2n) } })
    expect(await read(client, 2)).toEqual(names(2, 2))
  })

  test('a login that is refused from the first metadata on is told too', async () => {
    const { make, partition } = await setup({ ...one, sasl: { users: { alice: 'right' } } })
    const client = make({ sasl: [plain({ username: 'alice', password: 'wrong' })], ...from(Offset.atStart(), 0) })
    expect(await partition(client, () => true)).toMatchObject({ topic: '', partition: -1, error: { code: 'AUTHENTICATION_FAILED' } })
  })

  test('a login that metadata is refused with later is told too, and nothing that may go away', async () => {
    const { sandbox, make, read, during } = await setup({ ...one, sasl: { users: { alice: 'old' } } })
    let password = 'old'
    const client = make({ sasl: [plain(() => ({ username: 'alice', password }))], ...from(Offset.atStart(), 0) })
    sandbox.append('orders', 0, values(2))
    expect(await read(client, 2)).toEqual(names(2))
    // Nothing is fetched, so that nobody but metadata asks.
    client.pauseFetchTopics('orders')
    await during(client, 10_000)
    const lost = sandbox.intercept('Metadata', close())
    client.forceMetadataRefresh().catch(() => {})
    expect(await during(client, 5_000)).toEqual([])
    lost.remove()
    password = 'wrong'
    sandbox.broker(1).cut()
    client.forceMetadataRefresh().catch(() => {})
    const [told] = await during(client, 5_000)
    expect(told).toMatchObject({ topic: '', partition: -1, error: { code: 'AUTHENTICATION_FAILED' } })
  })

  test('a broker that is too old to be fetched from as asked is told, once until it is polled', async () => {
    const { sandbox, make, during } = await setup(one)
    sandbox.append('orders', 0, values(2))
    const client = make({ minVersions: new Map([[1, 18]]), ...from(Offset.at(0n), 0) })
    sandbox.broker(1).limitVersions({ Fetch: [4, 11] })
    const came = await during(client, 1_000)
    expect(came[0]).toMatchObject({ topic: 'orders', partition: 0, error: { code: 'UNSUPPORTED_VERSION' } })
    expect(came.length).toBeLessThan(5)
  })

  test('a broker that cannot be reached is not told: the partition goes on when it can', async () => {
    const { sandbox, make, during, read } = await setup(one)
    sandbox.append('orders', 0, values(2))
    const client = make(from(Offset.atStart(), 0))
    await read(client, 2)
    await sandbox.broker(1).stop()
    expect(await during(client, 20_000)).toEqual([])
    await sandbox.broker(1).start()
    sandbox.append('orders', 0, values(2, 2))
    expect(await read(client, 2)).toEqual(names(2, 2))
  })

  test('an error of a partition that does not go away is given with each fetch, and the partition goes on once it does', async () => {
    const { sandbox, make, partition, read } = await setup(one)
    sandbox.append('orders', 0, values(2))
    const refused = sandbox.intercept('Fetch', fail('TOPIC_AUTHORIZATION_FAILED'))
    const client = make(from(Offset.atStart(), 0))
    for (let i = 0; i < 2; i++) expect(await partition(client, () => true)).toMatchObject({ error: { code: 'TOPIC_AUTHORIZATION_FAILED' } })
    refused.remove()
    expect(await read(client, 2)).toEqual(names(2))
  })
})

describe('records()', () => {
  test('throws what kept metadata from being read, instead of ending as if all were well', async () => {
    const { make, clock } = await setup({ ...one, sasl: { users: { alice: 'right' } } })
    const client = make({ sasl: [plain({ username: 'alice', password: 'wrong' })], ...from(Offset.atStart(), 0) })
    const reading = client.records().next()
    const failed = expect(reading).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' })
    await clock.advance(1_000)
    await failed
  })

  test('ends without an error when the client is closed', async () => {
    const { make, clock } = await setup(one)
    const client = make(from(Offset.atEnd(), 0))
    const reading = client.records().next()
    await clock.advance(500)
    await client.close()
    expect(await reading).toEqual({ done: true, value: undefined })
  })
})

describe('a batch that cannot be read', () => {
  test('beyond the bound for decompressed bytes stops its partition with offset, epoch and the next offset; setOffsets skips it', async () => {
    const { codec } = await import('../compression/index.js')
    const { sandbox, make, partition, during, read } = await setup(one)
    sandbox.append('orders', 0, values(2))
    sandbox.append('orders', 0, [{ value: new Uint8Array(500_000) }], { codec: await codec('lz4') })
    sandbox.append('orders', 0, values(2, 3))
    const client = make({ consumer: { partitions: { orders: { 0: Offset.atStart() } }, maxDecompressedBytes: 100_000 } })
    expect(await read(client, 2)).toEqual(names(2))
    const { error } = await partition(client, p => p.error !== undefined)
    expect(error).toMatchObject({ code: 'DECOMPRESSED_TOO_LARGE', topic: 'orders', partition: 0, offset: 2n, nextOffset: 3n, epoch: 0 })
    expect(await during(client, 10_000)).toEqual([])
    client.setOffsets({ orders: { 0: Offset.at((error as unknown as { nextOffset: bigint }).nextOffset) } })
    expect(await read(client, 2)).toEqual(names(2, 3))
  })

  test('that cannot be read behind an emptied one is told too', async () => {
    const { sandbox, make, partition } = await setup(one)
    const { encodeBatch } = await import('../records/encode.js')
    const damaged = encodeBatch([{ value: 'damaged' }])
    damaged[damaged.length - 2] ^= 1
    sandbox.append('orders', 0, [{ value: 'x' }], { producerId: 1n, producerEpoch: 0, baseSequence: 0, transactional: true })
    sandbox.endTransaction('orders', 0, { producerId: 1n, producerEpoch: 0, how: 'abort' })
    sandbox.appendBatch('orders', 0, damaged)
    const client = make({ consumer: { partitions: { orders: { 0: Offset.atStart() } }, isolation: 'read_committed' } })
    expect(await partition(client, () => true)).toMatchObject({ error: { code: 'CORRUPT_BATCH', offset: 2n } })
  })

  test('which the broker cut off at the limit is left for the next fetch', async () => {
    const { sandbox, make, during } = await setup(one)
    sandbox.append('orders', 0, values(1))
    sandbox.append('orders', 0, values(1, 1))
    sandbox.intercept('Fetch', { once: true }, async request => {
      const response = await request.proceed()
      if (!response) return undefined
      const responses = response.responses.map(t => ({
        ...t,
        partitions: t.partitions.map(p => {
          const [first, second] = p.records as unknown as Uint8Array[]
          return { ...p, records: [first, second.subarray(0, 30)] as never }
        }),
      }))
      return answer({ ...response, responses })
    })
    expect(said(await during(make(from(Offset.at(0n), 0)), 1_000))).toEqual(names(2))
  })
})
