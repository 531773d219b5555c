import { describe, expect, test } from 'vitest'
import { errnoOf, type KafkaErrorCode } from '../protocol/errors.js'
import { answer, fail } from '../sandbox/index.js'
import { judge, type Verdict } from './answers.js'
import type { PartitionAnswer } from './sink.js'
import { type Producing, producing } from './testing/producing.js'

const noHint = { leaderId: -1, leaderEpoch: -1 }
const answerOf = (code: KafkaErrorCode, rest: Partial<PartitionAnswer> = {}): PartitionAnswer => ({
  index: 0,
  errorCode: errnoOf(code),
  baseOffset: -1n,
  logAppendTimeMs: -1n,
  logStartOffset: -1n,
  recordErrors: [],
  errorMessage: null,
  currentLeader: noHint,
  ...rest,
})
const retry = (rest: Partial<Extract<Verdict, { do: 'retry' }>> = {}): Verdict => ({
  do: 'retry',
  unsure: false,
  metadata: true,
  unknownTopic: false,
  ...rest,
})

describe('what an answer calls for', () => {
  test.each<[string, PartitionAnswer, bigint, Verdict]>([
    ['success', answerOf('NONE', { baseOffset: 5n }), -1n, { do: 'finish' }],
    ['success without an offset', answerOf('NONE'), -1n, { do: 'finish' }],
    ['a duplicate was written before: success', answerOf('DUPLICATE_SEQUENCE_NUMBER'), 3n, { do: 'finish' }],
    [
      'a moved leader, and who it is (KIP-951)',
      answerOf('NOT_LEADER_OR_FOLLOWER', { currentLeader: { leaderId: 2, leaderEpoch: 7 } }),
      0n,
      { do: 'move', leader: 2, leaderEpoch: 7 },
    ],
    ['a moved leader', answerOf('NOT_LEADER_OR_FOLLOWER'), 0n, retry()],
    ['no leader', answerOf('LEADER_NOT_AVAILABLE'), 0n, retry()],
    ['a disk in trouble', answerOf('KAFKA_STORAGE_ERROR'), 0n, retry()],
    ['too slow: it may be written', answerOf('REQUEST_TIMED_OUT'), 0n, retry({ unsure: true, metadata: false })],
    ['written to too few: it may stay', answerOf('NOT_ENOUGH_REPLICAS_AFTER_APPEND'), 0n, retry({ unsure: true, metadata: false })],
    ['too few replicas: nothing was written', answerOf('NOT_ENOUGH_REPLICAS'), 0n, retry({ metadata: false })],
    ['a transaction that ends', answerOf('CONCURRENT_TRANSACTIONS'), 0n, retry({ metadata: false })],
    ['a quota that is used up', answerOf('THROTTLING_QUOTA_EXCEEDED'), 0n, retry({ metadata: false })],
    ['an unknown topic', answerOf('UNKNOWN_TOPIC_OR_PARTITION'), 0n, retry({ unknownTopic: true })],
    ['an unknown topic id', answerOf('UNKNOWN_TOPIC_ID'), 0n, retry({ unknownTopic: true })],
    ['corrupt: sending it again would not help', answerOf('CORRUPT_MESSAGE'), 0n, { do: 'fail' }],
    ['too large', answerOf('MESSAGE_TOO_LARGE'), 0n, { do: 'fail' }],
    ['not allowed', answerOf('TOPIC_AUTHORIZATION_FAILED'), 0n, { do: 'fail' }],
    ['what nobody has a name for', answerOf('UNKNOWN_SERVER_ERROR'), 0n, { do: 'fail' }],
    ...(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_PRODUCER_EPOCH'] as const).flatMap(
      (code): [string, PartitionAnswer, bigint, Verdict][] => [
        [`${code} where retention took our last record: no loss`, answerOf(code, { logStartOffset: 10n }), 9n, { do: 'new-epoch' }],
        [`${code} where nothing of ours was acknowledged`, answerOf(code, { logStartOffset: 0n }), -1n, { do: 'new-epoch' }],
        [`${code} where our last record should be there`, answerOf(code, { logStartOffset: 9n }), 9n, { do: 'data-loss' }],
        [`${code} from a broker that does not tell where its log begins`, answerOf(code), 9n, { do: 'data-loss' }],
      ],
    ),
  ])('%s', (_, answered, lastAcked, verdict) => {
    expect(judge(answered, lastAcked)).toEqual(verdict)
  })
})

describe('so that', () => {
  const failOnce = ({ sandbox }: Producing, code: KafkaErrorCode, options = {}) =>
    sandbox.intercept('Produce', { once: true }, fail(code, options))

  test.each([
    'LEADER_NOT_AVAILABLE',
    'KAFKA_STORAGE_ERROR',
    'NOT_LEADER_OR_FOLLOWER',
    'NETWORK_EXCEPTION',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ] as const)('after %s metadata is read anew, at once, and the record is sent again', async code => {
    const p = await producing()
    await p.run(p.put('warm'))
    const loads = p.sandbox.intercept('Metadata', () => undefined)
    failOnce(p, code)
    const started = p.clock.now()
    expect(await p.run(p.put('a'))).toBe('a@1')
    expect([loads.count, p.clock.now() - started]).toEqual([1, 0])
  })

  test('a failure that lasts is retried ever more slowly', async () => {
    const p = await producing({ producer: { maxInflightPerBroker: 1 } })
    await p.run(p.put('warm'))
    const times: number[] = []
    p.sandbox.intercept('Produce', () => {
      times.push(p.clock.now())
      return times.length < 7 ? fail('NOT_LEADER_OR_FOLLOWER') : undefined
    })
    await p.run(p.put('a'))
    const gaps = times.slice(1).map((at, i) => at - times[i])
    expect(gaps[0]).toBe(0)
    expect(gaps.slice(1)).toEqual([250, 500, 1_000, 2_000, 4_000])
  })

  test.each(['REQUEST_TIMED_OUT', 'NOT_ENOUGH_REPLICAS', 'CONCURRENT_TRANSACTIONS'] as const)(
    'after %s a pause is made, and no metadata asked for: it is the right broker',
    async code => {
      const p = await producing()
      await p.run(p.put('warm'))
      const loads = p.sandbox.intercept('Metadata', () => undefined)
      failOnce(p, code)
      const started = p.clock.now()
      expect(await p.run(p.put('a'), 50)).toBe('a@1')
      expect([loads.count, p.clock.now() - started]).toEqual([0, 250])
    },
  )

  test.each(['CORRUPT_MESSAGE', 'MESSAGE_TOO_LARGE', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_RECORD'] as const)(
    '%s fails the record, and the next one is written',
    async code => {
      const p = await producing()
      failOnce(p, code)
      expect(await p.run(p.put('a'))).toBe(`a:${code}`)
      expect(await p.run(p.put('b'))).toBe('b@0')
    },
  )

  test('what the broker says of single records is in the error', async () => {
    const p = await producing({ sandbox: { topics: { orders: { partitions: 1, configs: { 'cleanup.policy': 'compact' } } } } })
    const errors: Error[] = []
    await p.run(p.client.produceSync([{ topic: 'orders', value: 'no key' }]).then(results => errors.push(results.firstError()!)))
    expect(errors[0]).toMatchObject({ code: 'INVALID_RECORD', message: expect.stringContaining('orders partition 0 was not written: ') })
    expect(errors[0].message).toContain('without key')
  })

  test('a partition that the answer leaves out is sent again, after metadata, and not in a hot loop', async () => {
    const p = await producing()
    await p.run(p.put('warm'))
    let asks = 0
    p.sandbox.intercept('Produce', () => (++asks < 4 ? answer({ responses: [] }) : undefined))
    const started = p.clock.now()
    expect(await p.run(p.put('a'), 50)).toBe('a@1')
    expect([asks, p.clock.now() - started]).toEqual([4, 750])
  })

  test('partitions that were not asked for, and those that come twice, are ignored', async () => {
    const batches: unknown[] = []
    const p = await producing({ client: { hooks: [{ onProduceBatchWritten: event => batches.push(event) }] } })
    p.sandbox.intercept('Produce', async ({ proceed }) => {
      const real = (await proceed())!
      const more = real.responses.map(t => ({
        ...t,
        partitionResponses: [
          ...t.partitionResponses,
          { ...t.partitionResponses[0], baseOffset: 99n },
          { ...t.partitionResponses[0], index: 7 },
        ],
      }))
      return answer({ ...real, responses: [...more, { ...more[0], topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' }] })
    })
    expect(await p.run(p.puts(['a', 'b']))).toEqual(['a@0', 'b@1'])
    expect(batches).toHaveLength(1)
  })

  test('an answer without an offset is a success without one', async () => {
    const p = await producing()
    p.sandbox.intercept('Produce', async ({ proceed }) => {
      const real = (await proceed())!
      return answer({
        ...real,
        responses: real.responses.map(t => ({ ...t, partitionResponses: t.partitionResponses.map(x => ({ ...x, baseOffset: -1n })) })),
      })
    })
    expect(await p.run(p.puts(['a', 'b']))).toEqual(['a@-1', 'b@-1'])
  })
})
