import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { Client } from '@milena/client-core'
import { AlterUserScramCredentialsRequest } from '@milena/client-core/protocol'
import { type SaslMechanism, scramSha256, scramSha512 } from '@milena/client-core/sasl'
import { tcp } from '@milena/client-core/transport/node'
import { until } from '../kafka/admin.js'
import { type Authority, authority, type Certificate } from '../kafka/certificates.js'
import { type Kafka, startKafka } from '../kafka/kafka.js'
import type { ListenerSpec, Settings } from '../kafka/settings.js'

export const alice = { username: 'alice', password: 'alice-secret' }
/** How long a login on the listener REAUTH lasts. */
export const LIFETIME_MS = 3000

/** A Kafka with every kind of listener at once, its authority, and one that it does not know. Alice has a password for every mechanism. */
export class SecureKafka {
  private constructor(
    readonly kafka: Kafka,
    readonly ours: Authority,
    readonly strangers: Authority,
    /** Of a client, by the two authorities. */
    readonly certificate: Certificate,
    readonly strange: Certificate,
  ) {}

  static async start({ brokers = 1 }: { brokers?: number } = {}): Promise<SecureKafka> {
    const [ours, strangers] = await Promise.all([authority('ours'), authority('strangers')])
    const kafka = await startKafka({
      brokers,
      listeners: await listeners(ours),
      settings: { 'delegation.token.secret.key': '0123456789abcdef0123456789abcdef' },
    })
    const made = new SecureKafka(kafka, ours, strangers, await ours.issue('alice-cert'), await strangers.issue('alice-cert'))
    await made.setPassword(alice, 'SCRAM-SHA-256')
    await made.setPassword(alice, 'SCRAM-SHA-512')
    return made
  }

  bootstrapOf(listener: string): string[] {
    return listener === 'PLAINTEXT' ? [...this.kafka.bootstrap] : this.kafka.bootstrapOf(listener)
  }

  /** Tells Kafka a new password as its own tools do, over the listener without logins. Resolves when a login with it works. */
  async setPassword({ username, password }: typeof alice, mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512'): Promise<void> {
    const client = new Client({ seedBrokers: [...this.kafka.bootstrap], transport: tcp() })
    const [id, digest, size] = mechanism === 'SCRAM-SHA-256' ? [1, 'sha256', 32] : [2, 'sha512', 64]
    const salt = randomBytes(16)
    const saltedPassword = pbkdf2Sync(password, salt, 4096, size, digest)
    const upsertion = { name: username, mechanism: id, iterations: 4096, salt, saltedPassword }
    const { results } = await client.request(AlterUserScramCredentialsRequest({ deletions: [], upsertions: [upsertion] }))
    await client.close()
    if (results[0].errorCode !== 0) throw new Error(`the password was not taken: ${results[0].errorMessage}`)
    const login = (mechanism === 'SCRAM-SHA-256' ? scramSha256 : scramSha512)({ username, password })
    await until(`${username} can log in`, () => this.logsIn([login]))
  }

  /** Whether every broker lets it in; throws what refuses it. */
  async logsIn(sasl: SaslMechanism[]): Promise<boolean> {
    for (const seed of this.bootstrapOf('SASL')) {
      const client = new Client({ seedBrokers: [seed], transport: tcp(), sasl })
      try {
        await client.ping()
      } finally {
        await client.close()
      }
    }
    return true
  }

  async close(): Promise<void> {
    await this.kafka.close()
    await Promise.all([this.ours.dispose(), this.strangers.dispose()])
  }
}

async function listeners(ours: Authority): Promise<Record<string, ListenerSpec>> {
  const keys = ({ file }: Certificate): Settings => ({ 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': file })
  const broker = await ours.issue('broker')
  const elsewhere = await ours.issue('elsewhere', { names: 'DNS:elsewhere.example' })
  const expired = await ours.issue('expired', { days: -1 })
  const clients: Settings = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': ours.caFile, 'ssl.client.auth': 'required' }
  const login = (name: string, options: string) => `org.apache.kafka.common.security.${name}LoginModule required ${options};`
  const jaas: Settings = {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'plain.sasl.jaas.config': login('plain.Plain', `user_${alice.username}="${alice.password}"`),
    'scram-sha-256.sasl.jaas.config': login('scram.Scram', ''),
    'scram-sha-512.sasl.jaas.config': login('scram.Scram', ''),
    'oauthbearer.sasl.jaas.config': login('oauthbearer.OAuthBearer', 'unsecuredLoginStringClaim_sub="broker"'),
  }
  return {
    SASL: { protocol: 'SASL_PLAINTEXT', settings: jaas },
    FEW: { protocol: 'SASL_PLAINTEXT', settings: { ...jaas, 'sasl.enabled.mechanisms': 'SCRAM-SHA-512' } },
    REAUTH: { protocol: 'SASL_PLAINTEXT', settings: { ...jaas, 'connections.max.reauth.ms': LIFETIME_MS } },
    SASLSSL: { protocol: 'SASL_SSL', settings: { ...jaas, ...keys(broker) } },
    SSL: { protocol: 'SSL', settings: keys(broker) },
    TLS12: { protocol: 'SSL', settings: { ...keys(broker), 'ssl.enabled.protocols': 'TLSv1.2', 'ssl.protocol': 'TLSv1.2' } },
    MISNAMED: { protocol: 'SSL', settings: keys(elsewhere) },
    EXPIRED: { protocol: 'SSL', settings: keys(expired) },
    MTLS: { protocol: 'SSL', settings: { ...keys(broker), ...clients } },
  }
}

/** Unsecured tokens, as a broker without further settings takes them. */
export function bearer(claims: object): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.`
}
const seconds = () => Math.floor(Date.now() / 1000)
export const goodToken = (): string => bearer({ sub: 'alice', iat: seconds() - 10, exp: seconds() + 600 })
export const expiredToken = (): string => bearer({ sub: 'alice', iat: 1, exp: 2 })
