import { describe, expect, test } from 'vitest'
import { Client } from '../client/client.js'
import { virtualClock } from '../clock.js'
import type { ProducerOptions } from '../producer/options.js'
import { ApiVersionsRequest } from '../protocol/api/api-versions.js'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { answer, createSandbox, delay, hang, type Sandbox } from '../sandbox/index.js'
import { oauthBearer, type PlainCredentials, plain } from '../sasl/index.js'
import { describeCluster, type Guarded, guarded, token, users } from './testing/logins.js'
import { driven, failureOf } from './testing/setup.js'

const alice = { username: 'alice', password: 'alice-secret' }
const sasl = [plain(alice)]
const lifetime = { sessionLifetimeMs: 3000 }

/** Asks twenty times every 100 ms, whether or not what was asked before is answered; each twentieth takes the broker 60 ms. */
async function load({ cluster, clock, sandbox }: Guarded, ms: number) {
  const arrived: number[] = []
  const slow = sandbox.intercept('DescribeCluster', ({ request }) => {
    arrived.push(request.endpointType)
    return request.endpointType % 20 === 0 ? delay(60) : undefined
  })
  const asked: Promise<unknown>[] = []
  for (const until = clock.now() + ms; clock.now() < until; ) {
    for (let i = 0; i < 20; i++) {
      const body = { includeClusterAuthorizedOperations: false, endpointType: asked.length % 100 }
      asked.push(cluster.callOnce('any', DescribeClusterRequest, body, { initiator: 'test' }))
    }
    await clock.advance(100)
  }
  await driven(clock, Promise.all(asked))
  slow.remove()
  expect(arrived).toEqual(asked.map((_, i) => i % 100))
  return asked.length
}

describe('a login that runs out (KIP-368)', { timeout: 30_000 }, () => {
  test('item 97: is renewed on its connection under a constant load: no request is lost, late, or out of order', async () => {
    const given = await guarded(lifetime, { sasl })
    const { cuts, logins, handshakes, sandbox } = given
    expect(await load(given, 10_000)).toBe(2000)
    expect(cuts).toEqual([])
    expect(sandbox.broker(1).connections).toBe(1)
    // At two of its three seconds, each time.
    expect(logins.count).toBe(5)
    expect(handshakes.count).toBe(logins.count)
  })

  test('requests wait while answers are under way, then the login, then they go on in their order', async () => {
    const written: number[] = []
    const hooks = [{ onBrokerWrite: ({ apiKey }: { apiKey: number }) => void written.push(apiKey) }]
    const { cluster, clock, sandbox } = await guarded(lifetime, { sasl, hooks })
    await driven(clock, describeCluster(cluster))
    const seen: string[] = []
    const slow = sandbox.intercept('DescribeCluster', { once: true }, hang())
    sandbox.intercept('DescribeCluster', ({ request }) => void seen.push(`cluster ${request.endpointType}`))
    sandbox.intercept('SaslHandshake', () => void seen.push('login'))
    const ask = (endpointType: number) =>
      cluster.callOnce('any', DescribeClusterRequest, { includeClusterAuthorizedOperations: false, endpointType }, { initiator: 'test' })
    written.length = 0
    const first = ask(1)
    await clock.settle()
    await clock.advance(2500)
    const others = [2, 3, 4].map(ask)
    await clock.settle()
    expect(written).toEqual([DescribeClusterRequest.key])
    slow.release()
    await driven(clock, Promise.all([first, ...others]))
    expect(seen).toEqual(['login', 'cluster 2', 'cluster 3', 'cluster 4'])
  })

  test('a request that is given up while it waits is not sent', async () => {
    const { cluster, clock, sandbox } = await guarded(lifetime, { sasl })
    await driven(clock, describeCluster(cluster))
    const slow = sandbox.intercept('DescribeCluster', { once: true }, hang())
    const first = describeCluster(cluster)
    await clock.settle()
    await clock.advance(2500)
    const abort = new AbortController()
    const body = { includeClusterAuthorizedOperations: false }
    const second = failureOf(clock, cluster.callOnce('any', DescribeClusterRequest, body, { initiator: 'test', signal: abort.signal }))
    await clock.settle()
    abort.abort()
    expect(await second).toMatchObject({ code: 'ABORTED' })
    const { requests } = sandbox.broker(1)
    slow.release()
    await driven(clock, first)
    expect(sandbox.broker(1).requests).toBe(requests)
  })

  test('a connection that was idle beyond the end is still good: the next request waits for the login', async () => {
    const { cluster, clock, cuts, logins } = await guarded(lifetime, { sasl, connIdleTimeoutMs: 60_000 })
    await driven(clock, describeCluster(cluster))
    await clock.advance(20_000)
    expect(logins.count).toBe(1)
    await describeCluster(cluster)
    expect(logins.count).toBe(2)
    expect(cuts).toEqual([])
  })

  test('item 97: the answer that names no lifetime ends the renewing', async () => {
    const { cluster, clock, sandbox } = await guarded(lifetime, { sasl })
    let logins = 0
    sandbox.intercept('SaslAuthenticate', async ({ proceed }) => {
      const real = (await proceed()) as { authBytes: Uint8Array }
      if (++logins === 1) return undefined
      return answer({ errorCode: 0, errorMessage: null, authBytes: real.authBytes, sessionLifetimeMs: 0n })
    })
    for (let i = 0; i < 3; i++) {
      await driven(clock, describeCluster(cluster))
      // The sandbox itself lets the second login last three seconds.
      await clock.advance(i === 0 ? 2500 : 1200)
    }
    expect(logins).toBe(2)
  })

  test.each([-1n, 1n, 2n ** 63n - 1n])('a lifetime of %d ms harms nobody', async sessionLifetimeMs => {
    const given = await guarded({}, { sasl })
    given.sandbox.intercept('SaslAuthenticate', async ({ proceed }) => {
      const { authBytes } = (await proceed()) as { authBytes: Uint8Array }
      return answer({ errorCode: 0, errorMessage: null, authBytes, sessionLifetimeMs })
    })
    expect(await load(given, 3000)).toBe(600)
    expect(given.logins.count).toBe(sessionLifetimeMs === 1n ? 3 : 1)
  })

  test('the function for credentials is asked anew, for a token that runs out', async () => {
    let asked = 0
    const fresh = () => {
      asked++
      return { token: token({ sub: 'alice', exp: Math.floor(given.clock.wallNow() / 1000) + 5 }) }
    }
    const given: Guarded = await guarded({ sessionLifetimeMs: 60_000 }, { sasl: [oauthBearer(fresh)] })
    await load(given, 10_000)
    expect(asked).toBe(3)
    expect(given.cuts).toEqual([])
  })

  test('a password that was changed meanwhile: what waited goes over a new connection, with the new one', async () => {
    let current: PlainCredentials = alice
    const { cluster, clock, sandbox, cuts } = await guarded(lifetime, { sasl: [plain(() => current)] })
    await driven(clock, describeCluster(cluster))
    sandbox.setUser('alice', 'another')
    await clock.advance(2500)
    const waited = Promise.all([describeCluster(cluster), describeCluster(cluster)])
    await clock.settle()
    expect(cuts).toEqual(['Authentication failed: Invalid username or password'])
    current = { username: 'alice', password: 'another' }
    expect(await driven(clock, waited)).toHaveLength(2)
    expect(cuts).toHaveLength(1)
  })

  test('a password that is wrong for good fails what waited, with the error of a login', async () => {
    const { cluster, clock, sandbox } = await guarded(lifetime, { sasl })
    await driven(clock, describeCluster(cluster))
    sandbox.removeUser('alice')
    await clock.advance(2500)
    expect(await failureOf(clock, describeCluster(cluster))).toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'authenticate' })
  })

  test('who logs in as another user on the same connection is refused, and goes on over a new one', async () => {
    const names = ['alice', 'b=o,b', 'b=o,b'] as const
    let asked = 0
    const { cluster, clock, cuts } = await guarded(lifetime, {
      sasl: [
        plain(() => {
          const username = names[asked++]
          return { username, password: users[username] }
        }),
      ],
    })
    await driven(clock, describeCluster(cluster))
    await clock.advance(2500)
    expect((await driven(clock, describeCluster(cluster))).brokers).toHaveLength(1)
    expect(cuts).toEqual(['Cannot change principals during re-authentication from User.alice: User.b=o,b'])
  })

  test('a broker that closes in the middle of a renewal: what waited is tried again', async () => {
    const { cluster, clock, sandbox } = await guarded(lifetime, { sasl })
    await driven(clock, describeCluster(cluster))
    await clock.advance(2500)
    sandbox.intercept('SaslAuthenticate', { once: true }, { do: 'close', after: false })
    expect((await driven(clock, describeCluster(cluster))).brokers).toHaveLength(1)
  })

  test('closing in the middle of a renewal leaves nothing', async () => {
    const { cluster, clock, sandbox } = await guarded(lifetime, { sasl })
    await driven(clock, describeCluster(cluster))
    await clock.advance(2500)
    sandbox.intercept('SaslAuthenticate', hang())
    const waiting = failureOf(clock, describeCluster(cluster))
    await clock.settle()
    cluster.close()
    expect(await waiting).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(clock.pending).toBe(0)
  })
})

describe('producing while logins run out', { timeout: 30_000 }, () => {
  async function producing(producer: ProducerOptions, count: number) {
    const clock = virtualClock()
    const cuts: string[] = []
    const sandbox: Sandbox = await createSandbox({
      clock,
      brokers: 1,
      topics: { orders: 1 },
      sasl: { users, ...lifetime },
      onDisconnect: ({ reason }) => cuts.push(reason),
    })
    let connections = 0
    let lastQuestions = 0
    const onBrokerRead = ({ apiKey, initiator }: { apiKey: number; initiator: string }) => {
      if (apiKey === ApiVersionsRequest.key && initiator === 'login') lastQuestions++
    }
    const onBrokerConnect = ({ purpose }: { purpose: string }) => {
      if (purpose === 'produce') connections++
    }
    const client = new Client({
      clock,
      sasl,
      seedBrokers: sandbox.seedBrokers,
      transport: sandbox.transport,
      producer,
      hooks: [{ onBrokerConnect, onBrokerRead }],
    })
    const failures: Error[] = []
    for (let i = 0; i < count; i++) {
      await client.produce({ topic: 'orders', partition: 0, value: `${i}` }, { onDelivery: (_, error) => error && failures.push(error) })
      if (i % 40 === 39) await clock.advance(90)
    }
    await driven(clock, client.flush())
    const values = sandbox.values('orders', 0)
    const { now } = clock
    const seconds = (now() - 1_700_000_000_000) / 1000
    await client.close()
    await sandbox.close()
    expect(clock.pending).toBe(0)
    return { values, cuts, failures, connections, seconds, lastQuestions }
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`)

  test('item 97: every record is there, once and in order, over one connection', async () => {
    const { values, cuts, failures, connections, seconds } = await producing(
      { compression: 'none', lingerMs: 1, maxBufferedRecords: 1000 },
      5000,
    )
    expect(seconds).toBeGreaterThan(8)
    expect(values).toEqual(numbers(5000))
    expect([cuts, failures, connections]).toEqual([[], [], 1])
  })

  test('without answers (acks=0) too: such a connection is replaced, once the broker has taken all that was sent', async () => {
    const { values, cuts, failures, connections, seconds, lastQuestions } = await producing(
      { compression: 'none', lingerMs: 1, acks: 'none', idempotent: false },
      5000,
    )
    expect(values).toEqual(numbers(5000))
    expect([cuts, failures]).toEqual([[], []])
    expect(connections).toBeGreaterThanOrEqual(Math.floor(seconds / 2))
    expect(connections).toBeLessThanOrEqual(Math.ceil(seconds / 2) + 1)
    expect(lastQuestions).toBe(connections - 1)
  })
})
