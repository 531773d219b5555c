import { ClientError } from '../error.js'
import { SaslAuthenticateRequest } from '../protocol/api/sasl-authenticate.js'
import { SaslHandshakeRequest } from '../protocol/api/sasl-handshake.js'
import type { KafkaError } from '../protocol/errors.js'
import { SaslFailure, type SaslMechanism, type SaslSession } from '../sasl/mechanism.js'
import type { AuthenticationError, LoginStep } from './authentication-error.js'
import type { Connection, Session } from './connection.js'
import type { DialContext } from './dial.js'
import type { describe } from './ends.js'
import { renewalAfter } from './lifetime.js'
import type { Attempt } from './pending.js'
import type { orAborted, throwIfAborted } from './retry.js'
import type { chooseVersion, VersionRange } from './versions.js'

/** What to do about a refusal. */
const advice = new Map([
  ['PLAIN', 'check user name and password'],
  ['SCRAM-SHA-256', 'check user name and password, and that the user has SCRAM-SHA-256 credentials: each mechanism has its own'],
  ['SCRAM-SHA-512', 'check user name and password, and that the user has SCRAM-SHA-512 credentials: each mechanism has its own'],
  ['OAUTHBEARER', 'check that the token is for this cluster (issuer, audience, scope) and has not run out'],
  ['AWS_MSK_IAM', "check the keys, that their policy allows kafka-cluster:Connect, and this machine's clock"],
])

const ILLEGAL_SASL_STATE = 34

/** The versions of the two requests. Without SaslAuthenticate, before SaslHandshake v1 (KIP-152), messages are frames of their own. */
interface Way {
  handshake: number | undefined
  authenticate: number | undefined
}

/** Of modules that every client loads: imported from here, they would become chunks of their own, and larger. */
export interface LoginTools {
  AuthenticationError: typeof AuthenticationError
  KafkaError: typeof KafkaError
  chooseVersion: typeof chooseVersion
  describe: typeof describe
  orAborted: typeof orAborted
  throwIfAborted: typeof throwIfAborted
}

/** The login of one connection with one mechanism; it renews itself when it runs out (KIP-368). */
export class Login implements Session {
  #dueAt = Number.POSITIVE_INFINITY

  constructor(
    private readonly context: DialContext,
    private readonly connection: Connection,
    private readonly versions: ReadonlyMap<number, VersionRange> | undefined,
    private readonly mechanism: SaslMechanism,
    private readonly signal: AbortSignal,
    private readonly tools: LoginTools,
  ) {}

  isDue(): boolean {
    return this.context.env.clock.now() >= this.#dueAt
  }

  /**
   * Logs in, the first time and again.
   * @throws AuthenticationError when that will not work; ClientError `CONNECTION_CLOSED`, `REQUEST_TIMEOUT` when it may work later.
   */
  async renew(): Promise<void> {
    const way = this.#way()
    if (way.handshake !== undefined) await this.#handshake(way.handshake)
    const { connection, mechanism } = this
    const { host, port } = connection.broker
    const session = await this.#ask('credentials', signal => mechanism.authenticate({ host, port }, signal))
    const { lifetimeMs, sentAt, answeredAt } = await this.#exchange(session, way)
    connection.session = lifetimeMs > 0n ? this : undefined
    this.#dueAt = sentAt + renewalAfter(lifetimeMs, answeredAt - sentAt, this.context.options.random)
  }

  #way(): Way {
    const { maxVersions } = this.context.options
    const { key } = SaslAuthenticateRequest
    const hasFrames = (this.versions?.has(key) ?? true) && (maxVersions?.has(key) ?? true)
    // Kafka 0.9 has no SaslHandshake: who pins its versions has the mechanism begin at once.
    if (maxVersions?.has(SaslHandshakeRequest.key) === false) return { handshake: undefined, authenticate: undefined }
    const handshake = this.#versionOf(SaslHandshakeRequest, hasFrames ? 1 : 0)
    return { handshake, authenticate: handshake === 1 ? this.#versionOf(SaslAuthenticateRequest) : undefined }
  }

  #versionOf(message: typeof SaslHandshakeRequest | typeof SaslAuthenticateRequest, max?: number): number {
    return this.tools.chooseVersion(message, this.versions, this.context.options, { max }, this.#address)
  }

  async #handshake(version: number): Promise<void> {
    const { name } = this.mechanism
    const answer = await this.connection.request(SaslHandshakeRequest, { mechanism: name }, this.#attempt(version))
    if (answer.errorCode === 0) return
    const cause = new this.tools.KafkaError(answer.errorCode)
    const offered = answer.mechanisms
    const address = this.#address
    if (answer.errorCode === ILLEGAL_SASL_STATE) {
      throw this.#failed('handshake', `${address} asks for no login on this listener: leave out \`sasl\`, or use a SASL listener`, cause)
    }
    const others = offered.length > 0 ? `it offers ${offered.join(', ')}; pass one of those in \`sasl\`` : 'it names none that it offers'
    const what = `${address} does not offer the SASL mechanism ${name}: ${others}, or enable it there (sasl.enabled.mechanisms)`
    throw this.#failed('handshake', what, cause, offered)
  }

  /** Carries the messages until the mechanism is satisfied. The broker's last answer says how long the login lasts, 0 for ever. */
  async #exchange(session: SaslSession, way: Way): Promise<{ lifetimeMs: bigint; sentAt: number; answeredAt: number }> {
    const { clock } = this.context.env
    for (let message = session.first; ; ) {
      const sentAt = clock.now()
      const { bytes, lifetimeMs } = await this.#tell(message, way)
      const answeredAt = clock.now()
      const next = await this.#answer(session, bytes, way)
      if (next === undefined) return { lifetimeMs, sentAt, answeredAt }
      message = next
    }
  }

  async #answer(session: SaslSession, said: Uint8Array, way: Way): Promise<Uint8Array | undefined> {
    try {
      return await this.#ask('authenticate', () => session.next(said))
    } catch (error) {
      const failure = error instanceof this.tools.AuthenticationError ? error.cause : undefined
      // The broker waits for it before it closes; what it says to that adds nothing.
      if (failure instanceof SaslFailure && failure.lastWord) await this.#tell(failure.lastWord, way).catch(() => {})
      throw error
    }
  }

  async #tell(message: Uint8Array, { authenticate }: Way): Promise<{ bytes: Uint8Array; lifetimeMs: bigint }> {
    if (authenticate === undefined) return { bytes: await this.#tellBare(message), lifetimeMs: 0n }
    const answer = await this.connection.request(SaslAuthenticateRequest, { authBytes: message }, this.#attempt(authenticate))
    if (answer.errorCode === 0) return { bytes: answer.authBytes, lifetimeMs: answer.sessionLifetimeMs }
    throw this.#refused(new this.tools.KafkaError(answer.errorCode, answer.errorMessage))
  }

  async #tellBare(message: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.connection.bare(SaslAuthenticateRequest, message, this.#attempt(0))
    } catch (error) {
      // Without SaslAuthenticate there is no answer that says no.
      if (error instanceof ClientError && error.code === 'CONNECTION_CLOSED' && !this.signal.aborted) throw this.#refused(error)
      throw error
    }
  }

  #refused(cause: Error): AuthenticationError {
    const what = `${this.#address} refused the login with ${this.mechanism.name}`
    return this.#failed('authenticate', `${what}: ${cause.message}; ${this.#advice}`, cause)
  }

  get #address(): string {
    return this.tools.describe(this.connection.broker)
  }
  get #advice(): string {
    return advice.get(this.mechanism.name) ?? 'check what it logs in with'
  }

  #attempt(version: number): Attempt {
    return {
      version,
      timeoutMs: this.context.options.requestTimeoutOverheadMs,
      signal: this.signal,
      requestId: this.context.nextRequestId(),
      attempt: 1,
      initiator: 'login',
      isLogin: true,
    }
  }

  /** Has the mechanism do its part, which may be a user's function that hangs or throws. */
  async #ask<T>(step: LoginStep, work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    const { clock } = this.context.env
    const { dialTimeoutMs } = this.context.options
    const abort = new AbortController()
    const onAbort = () => abort.abort(this.signal.reason)
    this.signal.addEventListener('abort', onAbort)
    const timer = clock.setTimeout(() => abort.abort(), dialTimeoutMs)
    try {
      this.tools.throwIfAborted(this.signal)
      return await this.tools.orAborted(
        Promise.resolve().then(() => work(abort.signal)),
        abort.signal,
      )
    } catch (cause) {
      this.tools.throwIfAborted(this.signal)
      const said = cause instanceof Error ? cause.message : String(cause)
      const why = abort.signal.aborted ? `nothing came within ${dialTimeoutMs} ms (dialTimeoutMs)` : said
      const what = step === 'credentials' ? 'has no credentials' : 'failed'
      // A mechanism that owes a last word was refused by the broker, in its own words.
      const next = cause instanceof SaslFailure && cause.lastWord ? `; ${this.#advice}` : ''
      throw this.#failed(step, `the login at ${this.#address} with ${this.mechanism.name} ${what}: ${why}${next}`, cause)
    } finally {
      clock.clearTimeout(timer)
      this.signal.removeEventListener('abort', onAbort)
    }
  }

  #failed(step: LoginStep, message: string, cause: unknown, offered?: readonly string[]): AuthenticationError {
    return new this.tools.AuthenticationError(
      { step, mechanism: this.mechanism.name, broker: this.connection.broker, offered },
      message,
      cause,
    )
  }
}
