import { ApiVersionsRequest, MetadataRequest, SaslAuthenticateRequest, SaslHandshakeRequest } from '@milena/client-core/protocol'
import { createSandbox, type Sandbox } from '@milena/client-core/sandbox'
import { listen } from '@milena/client-core/sandbox/node'
import { afterAll, beforeAll, test } from 'vitest'
import { useKafka } from '../kafka/use.js'
import { Asker } from './asker.js'

/*
 * The sandbox's logins go as Kafka's do: the same messages to both, and the answers word for word.
 */

const LIFETIME_MS = 4000
const module = (name: string, options: string) => `org.apache.kafka.common.security.${name}LoginModule required ${options};`
const kafka = useKafka({
  listeners: {
    SASL: {
      protocol: 'SASL_PLAINTEXT',
      settings: {
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,OAUTHBEARER',
        'plain.sasl.jaas.config': module('plain.Plain', 'user_alice="secret" user_bob="secret"'),
        'scram-sha-256.sasl.jaas.config': module('scram.Scram', ''),
        'oauthbearer.sasl.jaas.config': module('oauthbearer.OAuthBearer', 'unsecuredLoginStringClaim_sub="broker"'),
        'connections.max.reauth.ms': LIFETIME_MS,
      },
    },
  },
})
let sandbox: Sandbox
const addresses = { kafka: '', sandbox: '' }

beforeAll(async () => {
  sandbox = await createSandbox({ brokers: 1, sasl: { users: { alice: 'secret', bob: 'secret' }, sessionLifetimeMs: LIFETIME_MS } })
  const ports = await listen(sandbox, { sasl: { mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'OAUTHBEARER'], sessionLifetimeMs: LIFETIME_MS } })
  addresses.sandbox = ports.seedBrokers[0]
  addresses.kafka = kafka().bootstrapOf('SASL')[0]
})
afterAll(() => sandbox?.close())

type Step =
  | { choose: string; version?: 0 | 1 }
  | { say: string }
  | { ask: 'metadata' | 'versions' }
  /** Milliseconds. */
  | { wait: number }

/** What a broker said to each step, until it closed. */
async function played(address: string, steps: readonly Step[]): Promise<unknown[]> {
  const asker = await Asker.dial(address)
  const said: unknown[] = []
  for (const step of steps) {
    const answer = await take(asker, step).catch(() => 'closed')
    said.push(answer)
    if (answer === 'closed') break
  }
  asker.close()
  return said
}

async function take(asker: Asker, step: Step): Promise<unknown> {
  if ('choose' in step) {
    const { errorCode, mechanisms } = await asker.ask(SaslHandshakeRequest, step.version ?? 1, { mechanism: step.choose })
    return { errorCode, mechanisms: [...mechanisms].sort() }
  }
  if ('say' in step) {
    const { authBytes, sessionLifetimeMs, ...rest } = await asker.ask(SaslAuthenticateRequest, 2, { authBytes: Buffer.from(step.say) })
    // A token's remaining life differs by how long the broker took.
    return { ...rest, authBytes: Buffer.from(authBytes).toString(), sessionLifetimeMs: Math.ceil(Number(sessionLifetimeMs) / 1000) }
  }
  if ('wait' in step) return void (await new Promise(resolve => setTimeout(resolve, step.wait)))
  if (step.ask === 'versions') return (await asker.ask(ApiVersionsRequest, 0, {})).errorCode
  return (await asker.ask(MetadataRequest, 9, { topics: [] })).brokers.length
}

const seconds = Math.floor(Date.now() / 1000)
const token = (claims: object, header: object = { alg: 'none' }) => {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  return `n,,\x01auth=Bearer ${part(header)}.${part(claims)}.\x01\x01`
}
const plain = { choose: 'PLAIN' }
const oauth = { choose: 'OAUTHBEARER' }
const alice = { say: '\0alice\0secret' }
const metadata = { ask: 'metadata' } as const

test.concurrent.for<[string, Step[]]>([
  ['a good login', [{ ask: 'versions' }, plain, alice, metadata]],
  ['no login', [metadata]],
  ['an unknown mechanism', [{ choose: 'GSSAPI' }, plain]],
  ['a message before a mechanism', [alice, metadata]],
  ['another request in the middle', [plain, metadata]],
  ['a mechanism in the middle', [plain, plain, alice]],
  ['versions in the middle', [plain, { ask: 'versions' }]],
  ['a wrong password', [plain, { say: '\0alice\0wrong' }, metadata]],
  ['an unknown user', [plain, { say: '\0eve\0secret' }, metadata]],
  ['acting as somebody else', [plain, { say: 'bob\0alice\0secret' }, metadata]],
  ['acting as oneself', [plain, { say: 'alice\0alice\0secret' }, metadata]],
  ['an empty user', [plain, { say: '\0\0secret' }]],
  ['an empty password', [plain, { say: '\0alice\0' }]],
  ['what is no PLAIN', [plain, { say: 'hello' }]],
  ['what is no SCRAM', [{ choose: 'SCRAM-SHA-256' }, { say: 'hello' }]],
  ['a user without SCRAM credentials', [{ choose: 'SCRAM-SHA-256' }, { say: 'n,,n=eve,r=abc' }, metadata]],
  ['a token', [oauth, { say: token({ sub: 'alice', iat: seconds, exp: seconds + 900 }) }, metadata]],
  [
    'an unsigned token of another kind',
    [oauth, { say: token({ sub: 'alice', iat: seconds, exp: seconds + 900 }, { alg: 'HS256' }) }, { say: '\x01' }],
  ],
  ['a token that has run out', [oauth, { say: token({ sub: 'alice', iat: 1, exp: 2 }) }, { say: '\x01' }, metadata]],
  ['a token of nobody', [oauth, { say: token({ iat: seconds, exp: seconds + 900 }) }, { say: '\x01' }]],
  ['a token without an end', [oauth, { say: token({ sub: 'alice', iat: seconds }) }, { say: '\x01' }]],
  ['what is no token', [oauth, { say: 'n,,\x01auth=Bearer hello\x01\x01' }, { say: '\x01' }]],
  ['what is no OAUTHBEARER', [oauth, { say: 'hello' }]],
  ['a second login at once', [plain, alice, plain, alice, metadata]],
  ['a third login at once', [plain, alice, plain, alice, plain, metadata]],
  ['a third login', [plain, alice, plain, alice, { wait: 1200 }, plain, alice, metadata]],
  ['a second login', [plain, alice, { wait: 1200 }, plain, alice, metadata]],
  ['a second login as somebody else', [plain, alice, { wait: 1200 }, plain, { say: '\0bob\0secret' }, metadata]],
  [
    'a second login by another mechanism',
    [plain, alice, { wait: 1200 }, oauth, { say: token({ sub: 'alice', iat: seconds, exp: seconds + 900 }) }, metadata],
  ],
  ['a second login after the end of the first', [plain, alice, { wait: LIFETIME_MS + 500 }, plain, alice, metadata]],
  ['another request in the middle of a second login', [plain, alice, { wait: 1200 }, plain, metadata]],
  ['a request after the end', [plain, alice, metadata, { wait: LIFETIME_MS + 500 }, metadata]],
])('%s', async ([, steps], { expect }) => {
  const [theirs, ours] = await Promise.all([played(addresses.kafka, steps), played(addresses.sandbox, steps)])
  expect(ours).toEqual(theirs)
})
