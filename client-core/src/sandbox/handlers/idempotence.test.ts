import { describe, expect, test } from 'vitest'
import { InitProducerIdRequest } from '../../protocol/api/init-producer-id.js'
import { errnoOf, type KafkaErrorCode } from '../../protocol/errors.js'
import { batchOf, produceTo, setup } from '../testing/setup.js'

describe('idempotence (KIP-98)', () => {
  const seq = (baseSequence: number, count = 1, producerEpoch = 0, producerId = 7n) =>
    batchOf(
      Array.from({ length: count }, (_, i) => `${baseSequence + i}`),
      { producerId, producerEpoch, baseSequence },
    )

  test('each InitProducerId gives a new id with epoch 0', async () => {
    const { client } = await setup()
    const init = () =>
      client.ask(InitProducerIdRequest, 4, { transactionalId: null, transactionTimeoutMs: 0, producerId: 1000n, producerEpoch: 3 })
    const [first, second] = [await init(), await init()]
    expect(first).toMatchObject({ errorCode: 0, producerEpoch: 0 })
    expect(second.producerId).toBe(first.producerId + 1n)
  })

  interface Step {
    send: [baseSequence: number, count?: number, epoch?: number]
    expect: { errorCode: number; baseOffset: bigint }
  }
  const ok = (baseOffset: bigint) => ({ errorCode: 0, baseOffset })
  const refused = (code: KafkaErrorCode) => ({ errorCode: errnoOf(code), baseOffset: -1n })
  const outOfOrder = refused('OUT_OF_ORDER_SEQUENCE_NUMBER')
  const table: [string, Step[]][] = [
    [
      'sequences go on',
      [
        { send: [0, 3], expect: ok(0n) },
        { send: [3, 2], expect: ok(3n) },
        { send: [5], expect: ok(5n) },
      ],
    ],
    [
      'a gap is refused',
      [
        { send: [0], expect: ok(0n) },
        { send: [2], expect: outOfOrder },
        { send: [1], expect: ok(1n) },
      ],
    ],
    [
      'a batch that comes again is answered with where it stands',
      [
        { send: [0, 2], expect: ok(0n) },
        { send: [2], expect: ok(2n) },
        { send: [0, 2], expect: ok(0n) },
        { send: [3], expect: ok(3n) },
      ],
    ],
    [
      'the same first sequence with another count is no duplicate',
      [
        { send: [0, 2], expect: ok(0n) },
        { send: [0, 1], expect: outOfOrder },
      ],
    ],
    [
      'five batches are remembered, the sixth is not',
      [
        ...[0, 1, 2, 3, 4, 5].map((s): Step => ({ send: [s], expect: ok(BigInt(s)) })),
        { send: [1], expect: ok(1n) },
        { send: [0], expect: outOfOrder },
      ],
    ],
    [
      'an unknown producer may begin anywhere',
      [
        { send: [41], expect: ok(0n) },
        { send: [42], expect: ok(1n) },
      ],
    ],
    [
      'a new epoch begins with 0',
      [
        { send: [0], expect: ok(0n) },
        { send: [1, 1, 1], expect: outOfOrder },
        { send: [0, 1, 1], expect: ok(1n) },
        { send: [1, 1, 1], expect: ok(2n) },
      ],
    ],
    [
      'an old epoch is fenced',
      [
        { send: [0, 1, 3], expect: ok(0n) },
        { send: [1, 1, 2], expect: refused('INVALID_PRODUCER_EPOCH') },
      ],
    ],
    [
      'the sequence goes from 2147483647 to 0',
      [
        { send: [2147483647], expect: ok(0n) },
        { send: [0], expect: ok(1n) },
      ],
    ],
    [
      'a batch may lie across the wrap',
      [
        { send: [2147483646, 4], expect: ok(0n) },
        { send: [2], expect: ok(4n) },
        { send: [2147483646, 4], expect: ok(0n) },
      ],
    ],
  ]
  test.each(table)('%s', async (_, steps) => {
    const { client } = await setup({ topics: { orders: 1 } })
    for (const step of steps) expect(await produceTo(client, 'orders', seq(...step.send))).toMatchObject(step.expect)
  })

  test('partitions and producers do not mix', async () => {
    const { client } = await setup({ topics: { orders: 2 } })
    expect(await produceTo(client, 'orders', seq(0))).toMatchObject(ok(0n))
    expect(await produceTo(client, 'orders', seq(0), { index: 1 })).toMatchObject(ok(0n))
    expect(await produceTo(client, 'orders', seq(0, 1, 0, 8n))).toMatchObject(ok(1n))
  })

  test('the state outlives the leader that it began with', async () => {
    const { sandbox, dial } = await setup({ brokers: 2, topics: { orders: 1 } })
    const [from, to] = sandbox.leader('orders', 0) === 1 ? [1, 2] : [2, 1]
    await produceTo(await dial(from), 'orders', seq(0))
    sandbox.moveLeader('orders', 0, to)
    expect(await produceTo(await dial(to), 'orders', seq(0))).toMatchObject(ok(0n))
  })
})
