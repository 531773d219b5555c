import { type BrokerConnectEvent, type Hooks, TransportError } from '@milena/client-core'
import { describe, expect, test } from 'vitest'
import type { SessionClient } from '../kafka/client.js'
import type { Fault, SessionStatus } from '../protocol.js'
import type { BridgeInfo } from './bridge-info.js'
import { Connector } from './connector.js'

const OPEN = { token: 't1', bridge: 'ws://127.0.0.1:1' }
const info: BridgeInfo = { version: '0.1.0', clusters: [{ id: 'local', bootstrap: ['a:9092'] }] }
const seed = { nodeId: -1, host: 'a', port: 9092 }

function setUp() {
  const timers: { run: () => void; ms: number }[] = []
  const made: { hooks: Hooks[]; token: string | null; closed: boolean }[] = []
  let now = 1_000
  const world = {
    info: async (_: string | null): Promise<BridgeInfo> => info,
    metadata: async () => ({
      clusterId: 'c',
      controllerId: 1,
      brokers: [1, 2].map(nodeId => ({ nodeId, host: `b${nodeId}`, port: 9092, rack: null })),
    }),
    reach: async (_: number): Promise<void> => {},
  }
  const connector = new Connector({
    home: 'page',
    readInfo: (_, token) => world.info(token),
    makeClient: ({ hooks, token }) => {
      const client = { hooks: [...hooks], token, closed: false }
      made.push(client)
      return {
        request: () => world.metadata(),
        reach: (nodeId: number) => world.reach(nodeId),
        close: async () => {
          client.closed = true
        },
      } as unknown as SessionClient
    },
    hooks: [],
    now: () => now++,
    setTimeout: (run, ms) => timers.push({ run, ms }),
    clearTimeout: () => {},
  })
  const dialled = (change: Partial<BrokerConnectEvent>) => {
    for (const hooks of made[made.length - 1].hooks)
      hooks.onBrokerConnect?.({ broker: seed, connectionId: 1, startedAtMs: 0, durationMs: 5, dialMs: 2, purpose: 'rest', ...change })
  }
  const until = async (check: (status: SessionStatus) => boolean) => {
    for (let i = 0; i < 200 && !check(connector.status); i++) await new Promise(resolve => setTimeout(resolve, 1))
    expect(check(connector.status)).toBe(true)
  }
  return { connector, world, timers, made, dialled, until }
}

const refusal = new TransportError('ECONNREFUSED', 'a:9092 refused', true)
const steps = (status: SessionStatus) => status.steps.map(({ name, state }) => `${name} ${state}`)

describe('the way to the cluster', () => {
  test('a bridge that is gone is the first step that fails; the next try comes by itself, later each time', async () => {
    const { connector, world, timers, until } = setUp()
    world.info = async () => {
      throw new TransportError('BRIDGE_UNREACHABLE', 'no answer', true)
    }
    connector.open(OPEN)
    await until(status => status.state === 'offline')
    expect(steps(connector.status)[0]).toBe('Bridge failed')
    expect(connector.status.fault).toMatchObject({
      code: 'BRIDGE_UNREACHABLE',
      from: 'transport',
      next: expect.stringContaining('npm start'),
    })
    for (let i = 0; i < 3; i++) {
      timers.at(-1)?.run()
      await until(status => status.attempt === i + 2 && status.state === 'offline')
    }
    expect(timers.map(({ ms }) => ms)).toEqual([1_000, 2_000, 4_000, 8_000].slice(0, timers.length))
    world.info = async () => info
    timers.at(-1)?.run()
    await until(status => status.state === 'connected')
    expect(connector.status).toMatchObject({ attempt: 0, fault: null, nextAttemptAt: null })
  })

  test('a page without the start token does not try for ever', async () => {
    const { connector, world, timers, until } = setUp()
    world.info = async () => {
      throw new TransportError('BRIDGE_UNAUTHENTICATED', 'no', false)
    }
    connector.open(OPEN)
    await until(status => status.state === 'offline')
    expect([timers.length, connector.status.nextAttemptAt]).toEqual([0, null])
    expect(connector.status.fault?.next).toContain('start token')
  })

  test('a seed that refuses fails at its own step; one that speaks no Kafka at the next', async () => {
    const { connector, world, dialled, until } = setUp()
    world.metadata = async () => {
      dialled({ error: refusal, durationMs: 2, dialMs: 2 })
      throw refusal
    }
    connector.open(OPEN)
    await until(status => status.state === 'offline')
    expect(steps(connector.status).slice(0, 4)).toEqual(['Bridge done', 'Broker failed', 'Kafka waiting', 'Metadata waiting'])
    world.metadata = async () => {
      dialled({ error: new Error('NOT_KAFKA'), durationMs: 30, dialMs: 2 })
      throw new Error('NOT_KAFKA')
    }
    await connector.retry()
    expect(steps(connector.status).slice(0, 4)).toEqual(['Bridge done', 'Broker done', 'Kafka failed', 'Metadata waiting'])
  })

  test('each broker is greeted at its own address; one that cannot be reached is said, and the session goes on', async () => {
    const { connector, world, dialled, until } = setUp()
    world.reach = async nodeId => {
      const broker = { nodeId, host: `b${nodeId}`, port: 9092 }
      dialled({ broker, error: nodeId === 2 ? refusal : undefined })
      if (nodeId === 2) throw refusal
    }
    connector.open(OPEN)
    await until(status => status.steps.at(-1)?.state === 'failed')
    expect(connector.status.state).toBe('connected')
    expect(connector.status.steps.at(-1)).toMatchObject({ note: '1 of 2 answer', fault: { code: 'ECONNREFUSED', broker: 2 } })
    expect(connector.status.brokers.map(({ state }) => state)).toEqual(['up', 'unreachable'])
  })

  test('losing every broker is being offline; a call then fails with the reason instead of waiting', async () => {
    const { connector, dialled, until, timers } = setUp()
    connector.open(OPEN)
    await until(status => status.state === 'connected')
    for (const nodeId of [1, 2]) dialled({ broker: { nodeId, host: `b${nodeId}`, port: 9092 }, error: refusal })
    expect(connector.status).toMatchObject({ state: 'offline', fault: { code: 'ECONNREFUSED' } })
    await expect(connector.connected()).rejects.toMatchObject({ fault: { code: 'ECONNREFUSED' } })
    timers.at(-1)?.run()
    await until(status => status.state === 'connected')
  })

  test('a call that comes while connecting gets the client, or the fault', async () => {
    const { connector, world } = setUp()
    const early = connector.connected()
    connector.open(OPEN)
    await expect(early).resolves.toBeDefined()
    const other = setUp()
    other.world.info = async () => {
      throw new TransportError('BRIDGE_BUSY', 'full', true)
    }
    const waiting = other.connector.connected().catch(error => (error as { fault: Fault }).fault.code)
    other.connector.open(OPEN)
    expect(await waiting).toBe('BRIDGE_BUSY')
    expect(world).toBeDefined()
  })

  test('a page with a new token comes from a new bridge: its token counts; one without joins', async () => {
    const { connector, made, until } = setUp()
    connector.open(OPEN)
    await until(status => status.state === 'connected')
    connector.open({ ...OPEN, token: null })
    connector.open(OPEN)
    expect(made).toHaveLength(1)
    connector.open({ ...OPEN, token: 't2' })
    await until(status => status.state === 'connected' && made.length === 2)
    expect(made.map(({ token, closed }) => [token, closed])).toEqual([
      ['t1', true],
      ['t2', false],
    ])
  })

  test('a page with a token of yesterday does not end the session that works', async () => {
    const { connector, world, made, until } = setUp()
    connector.open(OPEN)
    await until(status => status.state === 'connected')
    world.info = async token => {
      if (token !== 't1') throw new TransportError('BRIDGE_UNAUTHENTICATED', 'no', false)
      return info
    }
    connector.open({ ...OPEN, token: 'old' })
    await new Promise(resolve => setTimeout(resolve, 20))
    expect([connector.status.state, made.length, made[0].closed]).toEqual(['connected', 1, false])
  })
})
