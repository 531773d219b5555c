import { ClientError } from '../error.js'
import type { BrokerMetadata } from '../hooks/hooks.js'
import { KafkaError } from '../protocol/errors.js'
import { inRealTime } from '../real-time.js'
import type { SaslMechanism } from '../sasl/mechanism.js'
import { TransportError } from '../transport/stream.js'
import { AuthenticationError } from './authentication-error.js'
import { Connection, type ConnectionEnvironment } from './connection.js'
import { describe } from './ends.js'
import type { Login, LoginTools } from './login.js'
import type { ResolvedConnectionOptions } from './options.js'
import { aborted, orAborted, throwIfAborted } from './retry.js'
import { chooseVersion, type Learnt, negotiate, recall } from './versions.js'

export interface Dialled {
  connection: Connection
  /** How it logged in, if it did. */
  mechanism: string | undefined
}

/** What a connection needs of its cluster. */
export interface DialContext {
  options: ResolvedConnectionOptions
  env: ConnectionEnvironment
  /** What brokers said of themselves, by address. */
  learnt: Map<string, Learnt>
  /** As metadata named it last. */
  clusterId(): string | null
  nextConnectionId(): number
  nextRequestId(): number
}

/**
 * Opens a stream to a broker, learns which versions it speaks and logs in: with the mechanism that worked before, else the first; where the broker
 * does not offer it, with the first that it does. Fails with one error that says which step failed.
 */
export async function dial(
  context: DialContext,
  broker: BrokerMetadata,
  purpose: string,
  signal: AbortSignal,
  onClosed: (connection: Connection) => void,
  worked?: string,
): Promise<Dialled> {
  const { sasl } = context.options
  const mechanism = sasl.find(({ name }) => name === worked) ?? sasl[0]
  try {
    return await open(context, broker, purpose, signal, onClosed, mechanism)
  } catch (error) {
    const offered = error instanceof AuthenticationError ? error.offered : []
    const other = sasl.find(({ name }) => name !== mechanism.name && offered.includes(name))
    if (!other) throw error
    // Brokers close a connection that asked for a mechanism which they do not offer.
    return open(context, broker, purpose, signal, onClosed, other)
  }
}

async function open(
  context: DialContext,
  broker: BrokerMetadata,
  purpose: string,
  signal: AbortSignal,
  onClosed: (connection: Connection) => void,
  mechanism: SaslMechanism | undefined,
): Promise<Dialled> {
  const { clock, hooks, logger } = context.env
  const connectionId = context.nextConnectionId()
  const startedAtMs = clock.now()
  let dialledAt: number | undefined
  let connection: Connection | undefined
  const report = (error?: Error) => {
    const now = clock.now()
    hooks.onBrokerConnect?.({
      broker,
      connectionId,
      purpose,
      startedAtMs,
      dialMs: (dialledAt ?? now) - startedAtMs,
      durationMs: now - startedAtMs,
      error,
    })
  }
  try {
    const stream = await openStream(context, broker, signal)
    dialledAt = clock.now()
    const opened = new Connection(connectionId, broker, stream, context.env, onClosed)
    connection = opened
    // What was learnt lately need not be waited for: the first request goes out behind the question. A login needs its answer.
    const known = mechanism ? undefined : recall(context, broker)?.versions
    const answered = negotiate(context, opened, signal)
    if (known) answered.catch(error => opened.close(error as Error))
    const versions = known ?? (await answered)
    if (mechanism) await logIn(context, connection, versions, mechanism, signal)
    throwIfAborted(signal)
    connection.isAnnounced = true
    report()
    return { connection, mechanism: mechanism?.name }
  } catch (error) {
    if (connection) connection.close(error as Error)
    else if (!signal.aborted) logger.log('warn', 'a connection failed', { broker: describe(broker), api: 'none', error })
    report(error as Error)
    throw error
  }
}

/** A module of its own, loaded where it is used: most clients of a page log in nowhere. */
async function logIn(...[context, connection, versions, mechanism, signal]: LoginArguments): Promise<void> {
  const { Login } = await inRealTime(import('./login.js'))
  await new Login(context, connection, versions, mechanism, signal, loginTools).renew()
}
type LoginArguments = ConstructorParameters<typeof Login> extends [...infer Own, LoginTools] ? Own : never
const loginTools: LoginTools = { AuthenticationError, KafkaError, chooseVersion, describe, orAborted, throwIfAborted }

async function openStream(context: DialContext, broker: BrokerMetadata, signal: AbortSignal) {
  const { clock } = context.env
  const { transport, dialTimeoutMs } = context.options
  const abort = new AbortController()
  const onAbort = () => abort.abort(signal.reason)
  signal.addEventListener('abort', onAbort)
  let timedOut = false
  const timer = clock.setTimeout(() => {
    timedOut = true
    abort.abort()
  }, dialTimeoutMs)
  try {
    if (signal.aborted) throw aborted(signal)
    return await transport.connect({ host: broker.host, port: broker.port, nodeId: broker.nodeId }, abort.signal)
  } catch (cause) {
    if (timedOut) {
      throw new TransportError(
        'ETIMEDOUT',
        `${describe(broker)} did not accept a connection within ${dialTimeoutMs} ms (dialTimeoutMs)`,
        true,
        { cause },
      )
    }
    if (signal.aborted) throw aborted(signal)
    if (cause instanceof TransportError || cause instanceof ClientError) throw cause
    throw new TransportError(
      'ECONNRESET',
      `${describe(broker)} could not be reached: ${cause instanceof Error ? cause.message : cause}`,
      true,
      { cause },
    )
  } finally {
    clock.clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
