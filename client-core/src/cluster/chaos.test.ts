import { expect, test } from 'vitest'
import type { BrokerConnectEvent, BrokerDisconnectEvent, BrokerE2EEvent, BrokerReadEvent, BrokerWriteEvent } from '../hooks/hooks.js'
import { MetadataRequest } from '../protocol/api/metadata.js'
import { Random } from '../random.js'
import { chaosTransport } from '../transport/chaos.js'
import { clusterOf, sandboxOf } from './testing/setup.js'

const requests = 150

test.each([1, 2, 3])(
  'a way that cuts, delays, splits and half-closes loses no request and mixes up no answer (seed %i)',
  { timeout: 120_000 },
  async seed => {
    const random = new Random(seed)
    const { sandbox, clock } = await sandboxOf({ topics: { orders: 1 } })
    const transport = chaosTransport(sandbox.transport, {
      seed,
      clock,
      lifetimeMs: [500, 1_500],
      delayMs: [0, 20],
      chunkBytes: [1, 400],
      halfClose: 0.3,
    })
    const connects: BrokerConnectEvent[] = []
    const disconnects: BrokerDisconnectEvent[] = []
    const events = new Map<number, string[]>()
    const note = (kind: string) => (event: BrokerWriteEvent | BrokerReadEvent | BrokerE2EEvent) => {
      events.set(event.requestId, [...(events.get(event.requestId) ?? []), kind])
    }
    const cluster = clusterOf(clock, {
      seedBrokers: sandbox.seedBrokers,
      transport,
      random: () => random.next(),
      requestTimeoutOverheadMs: 1_000,
      retryTimeoutMs: 0,
      requestRetries: 1_000,
      hooks: [
        {
          onBrokerConnect: event => connects.push(event),
          onBrokerDisconnect: event => disconnects.push(event),
          onBrokerWrite: note('write'),
          onBrokerRead: note('read'),
          onBrokerE2E: note('end'),
        },
      ],
    })
    const all: Promise<string>[] = []
    let cancelled = 0
    const ask = async (name: string) => {
      const abort = new AbortController()
      const isGivenUp = random.chance(0.1)
      if (isGivenUp) clock.setTimeout(() => abort.abort(), random.int(0, 200))
      const target = random.pick(['any' as const, { broker: random.pick(sandbox.brokers) }])
      try {
        const answer = await cluster.call(target, MetadataRequest, { topics: [{ name }] }, { initiator: 'test', signal: abort.signal })
        return answer.topics[0].name ?? ''
      } catch (error) {
        // Only who leaves gets nothing.
        if (!isGivenUp || (error as { code?: string }).code !== 'ABORTED') throw error
        cancelled++
        return name
      }
    }
    await clock.settle()
    const bootstrap = cluster.loadMetadata([], { initiator: 'test' })
    for (let i = 0; i < 200 && cluster.brokers.discovered.length === 0; i++) await clock.advance(50)
    await bootstrap
    const names = Array.from({ length: requests }, (_, i) => `topic-${i}`)
    for (const name of names) {
      all.push(ask(name))
      if (random.chance(0.2)) await clock.advance(random.int(0, 300))
    }
    let isDone = false
    const answers = Promise.all(all).finally(() => {
      isDone = true
    })
    answers.catch(() => {})
    for (let i = 0; i < 10_000 && !isDone; i++) await clock.advance(50)
    expect(await answers).toEqual(names)
    expect(transport.deaths).toBeGreaterThan(5)
    expect(cancelled).toBeGreaterThan(0)

    cluster.close()
    await clock.settle()
    await clock.advance(5_000)
    expect(clock.pending).toBe(0)
    for (const id of sandbox.brokers) expect(sandbox.broker(id).connections).toBe(0)
    // Every connection that was told to be open was told to end; every request that was written ended, once, and was read after it was written.
    const opened = connects.filter(({ error }) => !error).map(({ connectionId }) => connectionId)
    expect(disconnects.map(({ connectionId }) => connectionId).sort((a, b) => a - b)).toEqual(opened.sort((a, b) => a - b))
    const lives = new Set([...events.values()].map(kinds => kinds.join(' ')))
    expect([...lives].filter(life => life !== 'write read end' && life !== 'write end')).toEqual([])
  },
)
