import { afterEach, describe, expect, test, vi } from 'vitest'
import { clusterOf, connected, driven, failureOf, hosts, sandboxOf } from '../cluster/testing/setup.js'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { close, hang, send } from '../sandbox/index.js'
import { basicLogger, consoleLogger, guarded, type LogLevel } from './logger.js'

const asked = { initiator: 'test' }
const plain = { includeClusterAuthorizedOperations: false }

describe('a logger', () => {
  test('writes what its level lets through', () => {
    const lines: string[] = []
    const logger = basicLogger(line => lines.push(line), 'warn', 'milena: ')
    logger.log('warn', 'a fetch failed', { broker: 1, error: new Error('gone') })
    logger.log('info', 'not this')
    logger.log('error', 'a hook threw', { broker: undefined, api: 0 })
    expect(lines).toEqual(['[WARN] milena: a fetch failed; broker: 1; error: gone', '[ERROR] milena: a hook threw; api: 0'])
  })

  test('that throws harms nobody', () => {
    const throwing = guarded({
      level: 'error',
      log() {
        throw new Error('full')
      },
    })
    expect(() => throwing.log('error', 'x')).not.toThrow()
    expect(throwing.level).toBe('error')
    const changing = { level: 'error' as LogLevel, log() {} }
    const same = guarded(changing)
    changing.level = 'debug'
    expect(same.level).toBe('debug')
  })
})

describe('the console', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test('is told by level, with the fields as they are', () => {
    const said: unknown[][] = []
    for (const level of ['error', 'warn', 'info', 'debug'] as const)
      vi.spyOn(console, level).mockImplementation((...all: unknown[]) => void said.push([level, ...all]))
    const logger = consoleLogger()
    const fields = { broker: 1, error: new Error('gone') }
    logger.log('error', 'one', fields)
    logger.log('warn', 'two', fields)
    logger.log('info', 'three')
    logger.log('debug', 'four')
    consoleLogger('none').log('error', 'five')
    consoleLogger('debug', '').log('debug', 'six')
    expect(said).toEqual([
      ['error', 'milena: one', fields],
      ['warn', 'milena: two', fields],
      ['info', 'milena: three'],
      ['debug', 'six'],
    ])
  })
})

describe('what goes wrong with connections is told', () => {
  /** Every message at warn and error: it names broker, API and cause. */
  const listening = () => {
    const told: { message: string; broker: unknown; api: unknown; error: Error }[] = []
    const log = (level: LogLevel, message: string, fields: object = {}) => {
      if (level === 'warn' || level === 'error') told.push({ message, ...fields } as (typeof told)[number])
    }
    return { told, logger: { level: 'debug' as const, log } }
  }

  test.each([
    ['a broker that closes', close(), 'CONNECTION_CLOSED'],
    ['a broker that hangs', hang(), 'REQUEST_TIMEOUT'],
    ['an answer that cannot be', send(frame => frame.map((byte, i) => (i < 8 ? byte : 0xff))), 'MALFORMED'],
    ['another server', send(new TextEncoder().encode('HTTP/1.1 400')), 'NOT_KAFKA'],
  ])('once, with broker, API and cause: %s', async (_, verdict, code) => {
    const { told, logger } = listening()
    const { sandbox, clock, cluster } = await connected({ brokers: 1 }, { logger })
    await driven(clock, cluster.loadMetadata([], asked))
    sandbox.intercept('DescribeCluster', { once: true }, verdict)
    const error = await failureOf(clock, cluster.callOnce({ broker: 1 }, DescribeClusterRequest, plain, asked))
    expect(told).toEqual([{ message: 'a connection failed', broker: 'broker 1 (broker-1:9092)', api: 'DescribeCluster', error }])
    expect(error).toMatchObject({ code })
  })

  test('also one that could not be opened: of the dial, and of what comes first', async () => {
    const { told, logger } = listening()
    const { sandbox, clock } = await sandboxOf({ brokers: 1 })
    sandbox.intercept('ApiVersions', { once: true }, close())
    const transport = hosts({ refused: 'ECONNREFUSED', 'broker-1': sandbox.transport })
    const cluster = clusterOf(clock, {
      seedBrokers: ['refused:9092', 'broker-1:9092'],
      transport,
      logger,
      random: () => 0,
      requestRetries: 0,
    })
    await failureOf(clock, cluster.loadMetadata([], asked))
    expect(told).toMatchObject([
      { broker: 'refused:9092', api: 'none', error: { code: 'ECONNREFUSED' } },
      { broker: 'broker-1:9092', api: 'ApiVersions', error: { code: 'FIRST_READ_EOF' } },
    ])
  })

  test('and a client that is closed has nothing to complain of', async () => {
    const { told, logger } = listening()
    const { sandbox, clock, cluster } = await connected({ brokers: 1 }, { logger })
    await driven(clock, cluster.loadMetadata([], asked))
    sandbox.intercept('DescribeCluster', hang())
    const open = failureOf(clock, cluster.callOnce({ broker: 1 }, DescribeClusterRequest, plain, asked))
    await clock.settle()
    cluster.close()
    await open
    expect(told).toEqual([])
  })
})
