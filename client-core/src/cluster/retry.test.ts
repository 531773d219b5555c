import { describe, expect, test } from 'vitest'
import { virtualClock } from '../clock.js'
import { ClientError } from '../error.js'
import { KafkaError } from '../protocol/errors.js'
import { explain } from '../transport/reasons.js'
import { Retries } from './retries.js'
import { exponentialBackoff, isRetriable, orAborted, sleep } from './retry.js'
import { connected, driven, failureOf } from './testing/setup.js'
import { noneOf } from './unreachable.js'

const somewhere = { host: 'a', port: 1 }
const silent = { level: 'none', log() {} } as const

describe('what may be tried again', () => {
  test.each([
    [new KafkaError('NOT_LEADER_OR_FOLLOWER'), true],
    [new KafkaError('TOPIC_AUTHORIZATION_FAILED'), false],
    [explain('ECONNREFUSED', somewhere), true],
    [explain('ENOTFOUND', somewhere), false],
    [new ClientError('CONNECTION_CLOSED', ''), true],
    [new ClientError('REQUEST_TIMEOUT', ''), true],
    [new ClientError('MALFORMED', ''), false],
    [new ClientError('FIRST_READ_EOF', ''), false],
    [new ClientError('ABORTED', ''), false],
    [new TypeError('a mistake'), false],
    ['text', false],
  ])('%o: %s', (error, may) => {
    expect(isRetriable(error)).toBe(may)
  })
})

describe('the pause between tries', () => {
  test('doubles from a quarter of a second to five', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 1_000].map(attempt => exponentialBackoff(attempt, () => 0.5))).toEqual([
      250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000,
    ])
  })

  test('varies by a fifth either way', () => {
    expect([0, 0.999_999].map(random => Math.round(exponentialBackoff(1, () => random)))).toEqual([200, 300])
  })

  test.each([Number.NaN, -5, undefined as unknown as number])('is none where the option gives %s', async given => {
    const clock = virtualClock()
    const options = { clock, logger: silent, random: Math.random, requestRetries: 2, retryTimeoutMs: 0, retryBackoff: () => given }
    expect(new Retries(options, new AbortController().signal).pauseAfter(1)).toBe(0)
  })
})

describe('tries', () => {
  const failing = async (options: Parameters<typeof connected>[1]) => {
    const { clock, cluster } = await connected({}, options)
    const started = clock.now()
    let tries = 0
    const work = async () => {
      tries++
      throw new KafkaError('COORDINATOR_LOAD_IN_PROGRESS')
    }
    await failureOf(clock, cluster.retries.run(3, undefined, work))
    return { tries, ms: clock.now() - started }
  }

  test('end after requestRetries more than the first', async () => {
    expect((await failing({ requestRetries: 3 })).tries).toBe(4)
    expect((await failing({ requestRetries: 0 })).tries).toBe(1)
  })

  test('end with retryTimeoutMs, which may depend on the API', async () => {
    expect((await failing({ retryTimeoutMs: 2_000 })).ms).toBeLessThanOrEqual(2_000)
    expect((await failing({ retryTimeoutMs: key => (key === 3 ? 1_000 : 0) })).tries).toBe(3)
    expect((await failing({ retryTimeoutMs: 0, requestRetries: 12 })).tries).toBe(13)
  })

  test('end at once when trying again would not help', async () => {
    const { clock, cluster } = await connected()
    let tries = 0
    const work = async () => {
      tries++
      throw new KafkaError('INVALID_REQUEST')
    }
    await failureOf(clock, cluster.retries.run(3, undefined, work))
    expect(tries).toBe(1)
  })

  test('succeed as soon as one does', async () => {
    const { clock, cluster } = await connected()
    const work = async (attempt: number) => {
      if (attempt < 3) throw new KafkaError('NOT_CONTROLLER')
      return attempt
    }
    expect(await driven(clock, cluster.retries.run(3, undefined, work))).toBe(3)
  })
})

describe('waiting', () => {
  test('ends with any of its signals, and leaves neither timer nor listener', async () => {
    const clock = virtualClock()
    const [one, two] = [new AbortController(), new AbortController()]
    const waits = sleep(clock, 1_000, one.signal, undefined, two.signal).catch((error: Error) => error)
    two.abort(new Error('why'))
    expect(await waits).toMatchObject({ code: 'ABORTED', cause: two.signal.reason })
    expect(clock.pending).toBe(0)
    await expect(sleep(clock, 1_000, two.signal)).rejects.toMatchObject({ code: 'ABORTED' })
    expect(clock.pending).toBe(0)
  })

  test('for work ends with the signal; what the work fails with later is nobody else’s trouble', async () => {
    for (const abortFirst of [true, false]) {
      const abort = new AbortController()
      if (abortFirst) abort.abort()
      const work = Promise.resolve().then(() => {
        throw new Error('later')
      })
      const waits = orAborted(work, abort.signal)
      abort.abort()
      await expect(waits).rejects.toMatchObject({ code: 'ABORTED' })
    }
    // An unhandled rejection would fail the run.
    await new Promise(resolve => setTimeout(resolve, 0))
  })

  test('for work that is done before gives its result', async () => {
    await expect(orAborted(Promise.resolve(5), new AbortController().signal)).resolves.toBe(5)
  })
})

describe('brokers of which none could be asked', () => {
  test('one: its own error', () => {
    const only = explain('ECONNREFUSED', somewhere)
    expect(noneOf([only])).toBe(only)
  })

  test('several: the code of one that may work later, if there is such', () => {
    const refused = explain('ECONNREFUSED', somewhere)
    const unknown = explain('ENOTFOUND', somewhere)
    expect(noneOf([refused, unknown])).toMatchObject({ code: 'ECONNREFUSED', retriable: true })
    expect(noneOf([unknown, new ClientError('NOT_KAFKA', 'web')])).toMatchObject({ name: 'ClientError', code: 'NOT_KAFKA' })
  })

  test('many: five are named', () => {
    const many = Array.from({ length: 9 }, (_, i) => explain('ECONNREFUSED', { host: `b${i}`, port: 1 }))
    const { message } = noneOf(many)
    expect(message).toContain('none of 9 brokers could be asked: nothing listens on b0:1')
    expect(message).toMatch(/b4:1.*; and 4 more$/)
  })
})
