/** What was caught, in the page's words: what failed · code · broker · next step. */
import { ClientError, KafkaError, TransportError } from '@milena/client-core'
import { errorForCode } from '@milena/client-core/protocol'
import type { Fault } from '../protocol.js'
import { SessionError } from '../session.js'

/** What a person can do, by code: Kafka's, the client's, the transport's. What is not listed explains itself in its message. */
const advice: ReadonlyMap<string, string> = new Map([
  ['UNKNOWN_TOPIC_OR_PARTITION', 'Refresh the list of topics: it may have been deleted.'],
  ['TOPIC_AUTHORIZATION_FAILED', 'Ask for DESCRIBE, READ or WRITE on the topic.'],
  ['GROUP_AUTHORIZATION_FAILED', 'Ask for DESCRIBE or READ on the group.'],
  ['CLUSTER_AUTHORIZATION_FAILED', 'Ask for DESCRIBE on the cluster.'],
  ['MESSAGE_TOO_LARGE', 'Send less, or raise max.message.bytes of the topic.'],
  ['RECORD_TOO_LARGE', 'Send less: the record does not fit into one batch.'],
  ['INVALID_RECORD', 'A compacted topic needs a key; the timestamp may also be outside what the topic allows.'],
  ['INVALID_TIMESTAMP', 'Take a timestamp nearer to now, or raise message.timestamp.before.max.ms and .after.max.ms of the topic.'],
  ['NOT_ENOUGH_REPLICAS', 'Bring replicas back, or produce with acks leader.'],
  ['LEADER_NOT_AVAILABLE', 'Try again in a moment: a leader is being elected, or all replicas are down.'],
  ['OFFSET_OUT_OF_RANGE', 'Read from the oldest offset that is still there.'],
  ['COORDINATOR_NOT_AVAILABLE', 'Try again in a moment: the group has no coordinator yet.'],
  ['SASL_AUTHENTICATION_FAILED', 'Check user name and password.'],
  ['BRIDGE_UNREACHABLE', 'Start the bridge again: npm start.'],
  ['BRIDGE_UNAUTHENTICATED', 'Open the URL that the bridge printed when it started: it holds the start token.'],
  ['BRIDGE_DENIED', 'Name this address when the bridge is started: --brokers.'],
  ['BRIDGE_BUSY', 'Close other tabs: the bridge has no connection left.'],
  ['ECONNREFUSED', 'Check that the broker runs and listens on this port.'],
  ['ENOTFOUND', 'Check the host name: the machine of the bridge cannot resolve it.'],
  ['EAI_AGAIN', 'Check the host name, or the network of the machine that runs the bridge.'],
  ['ETIMEDOUT', 'Check firewalls between the bridge and the broker.'],
  ['FIRST_READ_EOF', 'Check the port: the listener may want TLS or SASL.'],
  ['NOT_KAFKA', 'Check the port: something else than a plaintext Kafka listener answered.'],
  ['REQUEST_TIMEOUT', 'Try again; if it stays, look at the broker.'],
  ['UNSUPPORTED_VERSION', 'This needs a newer broker.'],
  ['UNKNOWN_CODEC', 'The records were written with a codec that Kafka does not define.'],
  ['CORRUPT_BATCH', 'Go on behind the batch: start at a later offset.'],
])

const brokerIn = (text: string): number | null => {
  const match = /\bbroker (\d+)\b/.exec(text)
  return match ? Number(match[1]) : null
}

/** `broker`: who was asked, where the error itself does not say. */
export function faultFrom(error: unknown, what: string, broker: number | null = null): Fault {
  if (error instanceof SessionError) return error.fault
  const message = error instanceof Error ? error.message : String(error)
  const base = { what, broker: brokerIn(message) ?? broker, requestId: null }
  if (error instanceof KafkaError) return { ...base, ...kafkaPart(error.errno, message.replace(/^[A-Z_0-9]+: /, '')) }
  const code = error instanceof ClientError || error instanceof TransportError ? error.code : 'INTERNAL'
  const cause = error instanceof Error && error.cause instanceof TransportError ? error.cause : null
  return {
    ...base,
    code: cause?.code ?? code,
    errno: null,
    from: error instanceof TransportError || cause ? 'transport' : 'client',
    message,
    next: advice.get(cause?.code ?? code) ?? null,
    retriable: error instanceof TransportError ? error.retriable : retriableCodes.has(code),
  }
}

const retriableCodes = new Set([
  'REQUEST_TIMEOUT',
  'CONNECTION_CLOSED',
  'FIRST_READ_EOF',
  'PARTIAL_FAILURE',
  'RECORD_TIMEOUT',
  'RECORD_RETRIES',
])

/** An error code out of an answer. `said` is the broker's own sentence, where it sent one. */
export function kafkaFault(errno: number, what: string, broker: number | null, said?: string | null): Fault {
  return { what, broker, requestId: null, ...kafkaPart(errno, said || errorForCode(errno).description) }
}

function kafkaPart(errno: number, message: string): Omit<Fault, 'what' | 'broker' | 'requestId'> {
  const { code, retriable } = errorForCode(errno)
  return { code, errno, from: 'kafka', message, next: advice.get(code) ?? null, retriable }
}

/** Of our own, before anything is asked. */
export function clientFault(what: string, code: string, message: string, next: string | null = null): Fault {
  return { what, code, errno: null, from: 'client', broker: null, message, next, retriable: false, requestId: null }
}
