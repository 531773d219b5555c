import { describe, expect, test } from 'vitest'
import type { Hooks } from '../hooks/hooks.js'
import { basicLogger } from '../hooks/logger.js'
import { AlterUserScramCredentialsRequest } from '../protocol/api/alter-user-scram-credentials.js'
import { FetchRequest } from '../protocol/api/fetch.js'
import { KafkaError } from '../protocol/errors.js'
import { versionsFromString } from '../protocol/versions.js'
import { answer, hang } from '../sandbox/index.js'
import { oauthBearer, plain, type SaslMechanism, scramSha256, scramSha512 } from '../sasl/index.js'
import { AuthenticationError } from './authentication-error.js'
import type { Cluster } from './cluster.js'
import { describeCluster, guarded, token } from './testing/logins.js'
import { connected, driven, failureOf } from './testing/setup.js'

const alice = { username: 'alice', password: 'alice-secret' }
const awkward = { username: 'b=o,b', password: 'pässwörd' }
const wrong = { username: 'alice', password: 'wrong-secret' }

/** The one error of a login that failed for good. Time stands still, so that a second try would never come. */
async function refusal({ cluster }: { cluster: Cluster }): Promise<AuthenticationError> {
  const error = await describeCluster(cluster).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error).toMatchObject({ name: 'ClientError', code: 'AUTHENTICATION_FAILED' })
  return error as AuthenticationError
}

describe('logging in', () => {
  const ways: [string, SaslMechanism][] = [
    ['PLAIN', plain(alice)],
    ['PLAIN, names to escape', plain(awkward)],
    ['SCRAM-SHA-256', scramSha256(alice)],
    ['SCRAM-SHA-256, names to escape', scramSha256(awkward)],
    ['SCRAM-SHA-512', scramSha512(async () => alice)],
    ['OAUTHBEARER', oauthBearer({ token: token({ sub: 'alice', exp: 4e9 }), extensions: { traceId: '7' } })],
  ]
  test.each(ways)('with %s', async (_, mechanism) => {
    const { cluster, cuts } = await guarded({}, { sasl: [mechanism] })
    expect((await describeCluster(cluster)).brokers).toHaveLength(1)
    expect(cuts).toEqual([])
  })

  test.each(ways)('before SaslAuthenticate there was (KIP-152), with %s in frames of its own', async (_, mechanism) => {
    const { sandbox, cluster, cuts, logins } = await guarded({}, { sasl: [mechanism] })
    sandbox.broker(1).limitVersions({ SaslHandshake: [0, 0], SaslAuthenticate: null })
    expect((await describeCluster(cluster)).brokers).toHaveLength(1)
    expect(cuts).toEqual([])
    expect(logins.count).toBe(0)
  })

  test('with pinned versions of a broker that may not be asked for them', async () => {
    const maxVersions = new Map([...versionsFromString('2.8')].filter(([key]) => key !== 18))
    const { cluster, clock, cuts } = await guarded({}, { sasl: [plain(alice)], maxVersions })
    await driven(clock, cluster.loadMetadata([], { initiator: 'test' }))
    expect(cuts).toEqual([])
  })

  test('happens on every connection, and every connection asks for credentials anew', async () => {
    let asked = 0
    const credentials = () => {
      asked++
      return alice
    }
    const sasl = [plain(credentials)]
    const { cluster, clock, sandbox, logins } = await guarded({}, { sasl }, { topics: { t: 1 } })
    await driven(clock, describeCluster(cluster))
    await driven(clock, cluster.brokers.all[0].open(FetchRequest))
    expect(sandbox.broker(1).connections).toBe(2)
    expect([asked, logins.count]).toEqual([2, 2])
  })
})

describe('a login that fails', () => {
  test('wrong password: one error that names broker, mechanism, cause and what to do; it is tried once, at one broker', async () => {
    const given = await guarded({}, { sasl: [plain(wrong)] }, { brokers: 3 })
    const error = await refusal(given)
    expect(error).toMatchObject({ step: 'authenticate', mechanism: 'PLAIN', broker: { port: 9092 } })
    expect(error.message).toMatch(
      /^broker-\d:9092 refused the login with PLAIN: SASL_AUTHENTICATION_FAILED: .*Invalid username or password; check user name/,
    )
    expect(error.cause).toBeInstanceOf(KafkaError)
    expect(given.logins.count).toBe(1)
  })

  test('wrong password over SCRAM: the user may have none for this mechanism', async () => {
    const error = await refusal(await guarded({}, { sasl: [scramSha512(wrong)] }))
    expect(error.message).toContain(
      'invalid credentials with SASL mechanism SCRAM-SHA-512; check user name and password, and that the user has SCRAM-SHA-512 credentials',
    )
  })

  test('wrong password before SaslAuthenticate there was: the broker just closes', async () => {
    const given = await guarded({}, { sasl: [plain(wrong)] })
    given.sandbox.broker(1).limitVersions({ SaslHandshake: [0, 0] })
    expect((await refusal(given)).message).toMatch(
      /refused the login with PLAIN: .*closed the connection during the login.*check user name/,
    )
  })

  test('no mechanism in common: the error names what the broker offers', async () => {
    const given = await guarded({ mechanisms: ['SCRAM-SHA-256', 'OAUTHBEARER'] }, { sasl: [plain(alice), scramSha512(alice)] })
    const error = await refusal(given)
    expect(error).toMatchObject({ step: 'handshake', mechanism: 'PLAIN', offered: ['SCRAM-SHA-256', 'OAUTHBEARER'] })
    expect(error.message).toContain('does not offer the SASL mechanism PLAIN: it offers SCRAM-SHA-256, OAUTHBEARER; pass one of those')
  })

  test('another mechanism in common: it is used, and remembered for the next connection', async () => {
    const given = await guarded({ mechanisms: ['PLAIN'] }, { sasl: [scramSha256(alice), oauthBearer({ token: 't' }), plain(alice)] })
    const { cluster, clock, handshakes, sandbox } = given
    await driven(clock, describeCluster(cluster))
    expect(handshakes.count).toBe(2)
    sandbox.broker(1).cut()
    await clock.settle()
    await driven(clock, describeCluster(cluster))
    expect(handshakes.count).toBe(3)
  })

  test('a listener without a login says so', async () => {
    const { cluster, clock } = await connected({ brokers: 1 }, { sasl: [plain(alice)] })
    const error = await failureOf(clock, describeCluster(cluster))
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'handshake' })
    expect(error.message).toContain('asks for no login on this listener: leave out `sasl`, or use a SASL listener')
  })

  test('no login where one is wanted: the broker hangs up, the error knows why, at once', async () => {
    const { cluster, clock, cuts } = await guarded({}, {})
    const started = clock.now()
    const error = await failureOf(clock, describeCluster(cluster))
    expect(error).toMatchObject({ code: 'FIRST_READ_EOF' })
    expect(error.message).toContain('instead of answering DescribeClusterRequest, the first request: it seems to want a login; pass `sasl`')
    expect(clock.now()).toBe(started)
    expect(cuts[0]).toContain('Unexpected Kafka request of type DescribeCluster during SASL handshake')
  })

  test('a broker that hung up once after it had answered before was restarted: that is tried again', async () => {
    const { sandbox, cluster, clock } = await guarded({}, { sasl: [plain(alice)] })
    await driven(clock, describeCluster(cluster))
    sandbox.intercept('DescribeCluster', { once: true }, { do: 'close', after: false })
    expect((await driven(clock, describeCluster(cluster))).brokers).toHaveLength(1)
  })

  test('an expired token: the reason is told, the broker gets its last word', async () => {
    const given = await guarded({}, { sasl: [oauthBearer({ token: token({ sub: 'alice', exp: 1000 }) })] })
    const error = await refusal(given)
    expect(error.message).toMatch(
      /the login at broker-1:9092 with OAUTHBEARER failed: the broker refuses the token: status invalid_token; check that the token/,
    )
    expect(given.logins.count).toBe(2)
  })

  test('a function for credentials that throws, or gives nothing, is named', async () => {
    const given = await guarded({}, { sasl: [oauthBearer(() => Promise.reject(new Error('the identity provider is down')))] })
    const error = await refusal(given)
    expect(error).toMatchObject({ step: 'credentials', mechanism: 'OAUTHBEARER', cause: { message: 'the identity provider is down' } })
    expect(error.message).toContain('has no credentials: the identity provider is down')
  })

  test('a function for credentials that hangs is given up after dialTimeoutMs, and its signal aborts', async () => {
    let signal: AbortSignal | undefined
    const hanging = plain(given => {
      signal = given
      return new Promise(() => {})
    })
    const { cluster, clock } = await guarded({}, { sasl: [hanging], dialTimeoutMs: 3000 })
    const started = clock.now()
    const error = await failureOf(clock, describeCluster(cluster))
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', step: 'credentials' })
    expect(error.message).toContain('nothing came within 3000 ms (dialTimeoutMs)')
    expect(clock.now() - started).toBeGreaterThanOrEqual(3000)
    expect(clock.now() - started).toBeLessThan(4000)
    expect(signal?.aborted).toBe(true)
  })

  test('a broker that cannot prove that it knows the password is not the broker', async () => {
    const given = await guarded({}, { sasl: [scramSha256(alice)] })
    given.sandbox.intercept('SaslAuthenticate', async ({ proceed }) => {
      const real = (await proceed()) as { authBytes: Uint8Array; errorCode: number }
      const isLast = real.authBytes[0] === 'v'.charCodeAt(0)
      return isLast ? answer({ ...real, errorMessage: null, authBytes: new TextEncoder().encode(`v=${btoa('x'.repeat(32))}`) }) : undefined
    })
    expect((await refusal(given)).message).toContain('not the broker it claims to be')
  })

  test('a broker that hangs in the login is a timeout, which is tried again', async () => {
    const { sandbox, cluster, clock } = await guarded({}, { sasl: [plain(alice)], requestTimeoutOverheadMs: 1000 })
    sandbox.intercept('SaslAuthenticate', { once: true }, hang())
    const started = clock.now()
    expect((await driven(clock, describeCluster(cluster))).brokers).toHaveLength(1)
    expect(clock.now() - started).toBeGreaterThanOrEqual(1000)
  })

  test('closing the client in the middle of a login ends it, and leaves nothing', async () => {
    const { cluster, clock } = await guarded({}, { sasl: [plain(() => new Promise(() => {}))] })
    const failed = failureOf(clock, describeCluster(cluster))
    await clock.settle()
    cluster.close()
    expect(await failed).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(clock.pending).toBe(0)
  })
})

describe('what is secret', () => {
  const secrets = ['alice-secret', 'wrong-secret', 'hidden.token', 'saltedpassword']
  const encoded = secrets.flatMap(secret => [secret, btoa(secret)])

  /** Everything that hooks and the logger are told, frames and causes included, as text. */
  function listen() {
    const heard: string[] = []
    const frames: { apiKey: number; redacted?: boolean; taken: number }[] = []
    const say = (event: object) => {
      const { frame, apiKey } = event as { frame?: { redacted?: boolean; take(): Uint8Array; byteLength: number }; apiKey?: number }
      if (frame) {
        const taken = frame.take()
        frames.push({ apiKey: apiKey!, redacted: frame.redacted, taken: taken.length })
        heard.push(new TextDecoder('latin1').decode(taken))
      }
      heard.push(
        JSON.stringify(event, (_, v) =>
          v instanceof Error ? `${v} ${v.stack} ${JSON.stringify(v.cause)}` : typeof v === 'bigint' ? `${v}` : v,
        ),
      )
    }
    const hooks: Hooks = { onBrokerConnect: say, onBrokerDisconnect: say, onBrokerWrite: say, onBrokerRead: say, onBrokerE2E: say }
    return { heard, frames, hooks: [hooks], logger: basicLogger(line => heard.push(line), 'debug') }
  }

  test.each([
    ['PLAIN', plain(alice), plain(wrong)],
    ['SCRAM', scramSha256(alice), scramSha256(wrong)],
    ['OAUTHBEARER', oauthBearer({ token: 'hidden.token' }), oauthBearer({ token: 'hidden.token' })],
  ])('no hook, log or error holds anything of a login with %s', async (_, good, bad) => {
    for (const mechanism of [good, bad]) {
      const { heard, frames, hooks, logger } = listen()
      const { cluster } = await guarded({}, { sasl: [mechanism], hooks, logger })
      await describeCluster(cluster).catch((error: Error) => heard.push(`${error} ${error.stack} ${String(error.cause)}`))
      const all = heard.join('\n')
      expect(all).toContain('login')
      for (const secret of encoded) expect(all).not.toContain(secret)
      const logins = frames.filter(frame => frame.apiKey === 36)
      expect(logins.length).toBeGreaterThanOrEqual(2)
      for (const { redacted, taken } of logins) expect([redacted, taken]).toEqual([true, 0])
      for (const { apiKey, redacted, taken } of frames) if (apiKey !== 36) expect([redacted, taken > 0]).toEqual([undefined, true])
    }
  })

  test('frames of their own hide too', async () => {
    const { frames, hooks, heard } = listen()
    const { cluster, clock, sandbox } = await guarded({}, { sasl: [plain(alice)], hooks })
    sandbox.broker(1).limitVersions({ SaslHandshake: [0, 0] })
    await driven(clock, describeCluster(cluster))
    expect(frames.filter(({ apiKey }) => apiKey === 36)).toEqual([
      { apiKey: 36, redacted: true, taken: 0 },
      { apiKey: 36, redacted: true, taken: 0 },
    ])
    expect(heard.join()).not.toContain('alice-secret')
  })

  test('a new SCRAM password does not show either', async () => {
    const { frames, hooks, heard } = listen()
    const { cluster, clock, sandbox } = await connected({ brokers: 1 }, { hooks })
    sandbox.intercept(AlterUserScramCredentialsRequest, answer({ throttleTimeMs: 0, results: [] }))
    const saltedPassword = new TextEncoder().encode('saltedpassword')
    const upsertion = { name: 'alice', mechanism: 1, iterations: 4096, salt: new Uint8Array(8), saltedPassword }
    await driven(
      clock,
      cluster.call('any', AlterUserScramCredentialsRequest, { deletions: [], upsertions: [upsertion] }, { initiator: 'test' }),
    )
    expect(frames.find(({ apiKey }) => apiKey === 51)).toMatchObject({ redacted: true, taken: 0 })
    expect(heard.join()).not.toContain('saltedpassword')
  })

  test('options that are no mechanism are refused without showing what they are', () => {
    const options = (sasl: unknown) => guarded({}, { sasl } as object)
    return Promise.all([
      expect(options(['alice-secret'])).rejects.toThrow(/^(?!.*alice-secret)sasl\[0\] must be a SASL mechanism/),
      expect(options('alice-secret')).rejects.toThrow(/^(?!.*alice-secret)sasl must be an array/),
      expect(options([{ name: 'PLAIN' }])).rejects.toMatchObject({ code: 'INVALID_OPTION' }),
    ])
  })
})
