import { apiName } from '../protocol/api-names.js'
import { exposition } from './exposition.js'
import type {
  BatchEvent,
  BrokerConnectEvent,
  BrokerDisconnectEvent,
  BrokerE2EEvent,
  BrokerMetadata,
  BrokerThrottleEvent,
  Hooks,
} from './hooks.js'
import { Counter, Histogram, type MetricFamily } from './instruments.js'
import { nodeName } from './node-name.js'

export interface MetricsOptions {
  /** What every name begins with. Default `kafka_client`. */
  prefix?: string
  /** Upper bounds of the histograms, in seconds, rising. Default from 0.5 ms to 10 s. */
  bounds?: readonly number[]
  /** Sets of labels per metric; what is beyond is counted together under `other`. Default 2,000. */
  maxSeries?: number
}

/** What gauges are read from: a `Client`. */
export interface Watched {
  readonly bufferedProduceRecords: number
  readonly bufferedProduceBytes: number
  readonly bufferedFetchRecords: number
  readonly bufferedFetchBytes: number
}

const defaultBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const gauges: readonly [keyof Watched, string, string][] = [
  ['bufferedProduceRecords', 'buffered_produce_records', 'Records between produce and their answer.'],
  [
    'bufferedProduceBytes',
    'buffered_produce_bytes',
    'Bytes of the records between produce and their answer, where producer.maxBufferedBytes is set.',
  ],
  ['bufferedFetchRecords', 'buffered_fetch_records', 'Records that were fetched and wait for a poll.'],
  ['bufferedFetchBytes', 'buffered_fetch_bytes', 'Bytes of the records that wait for a poll.'],
]

/**
 * Counts what clients do: `const metrics = new ClientMetrics(); new Client({ hooks: [metrics], … })`. Everything comes from hooks that fire per
 * request or per batch, never per record. One collector may serve many clients; give them together what they did.
 */
export class ClientMetrics implements Hooks {
  readonly #connects: Counter
  readonly #connectErrors: Counter
  readonly #disconnects: Counter
  readonly #requests: Counter
  readonly #requestErrors: Counter
  readonly #written: Counter
  readonly #read: Counter
  readonly #connectSeconds: Histogram
  readonly #requestSeconds: Histogram
  readonly #waitSeconds: Histogram
  readonly #throttleSeconds: Histogram
  readonly #produced: BatchCounters
  readonly #fetched: BatchCounters
  readonly #watched = new Map<string, Watched>()
  readonly #prefix: string

  constructor({ prefix = 'kafka_client', bounds = defaultBounds, maxSeries = 2_000 }: MetricsOptions = {}) {
    const counter = (name: string, help: string, ...labels: string[]) => new Counter(`${prefix}_${name}_total`, help, labels, maxSeries)
    const histogram = (name: string, help: string, ...labels: string[]) =>
      new Histogram(`${prefix}_${name}_seconds`, help, labels, maxSeries, bounds)
    this.#prefix = prefix
    this.#connects = counter('connects', 'Connections that were opened, login included.', 'broker')
    this.#connectErrors = counter('connect_errors', 'Connections that could not be opened.', 'broker')
    this.#disconnects = counter('disconnects', 'Connections that ended; cause is error unless we closed them in order.', 'broker', 'cause')
    this.#requests = counter('requests', 'Requests that were answered.', 'broker', 'api')
    this.#requestErrors = counter(
      'request_errors',
      'Requests that could not be written or whose answer could not be read.',
      'broker',
      'api',
    )
    this.#written = counter('write_bytes', 'Bytes of requests.', 'broker')
    this.#read = counter('read_bytes', 'Bytes of answers.', 'broker')
    this.#connectSeconds = histogram('connect', 'Dial, version negotiation and login together.', 'broker')
    this.#requestSeconds = histogram('request', 'From the first byte written to the last byte of the answer.', 'broker', 'api')
    this.#waitSeconds = histogram('write_wait', 'What requests waited for their turn on the connection.', 'broker')
    this.#throttleSeconds = histogram('throttle', 'What brokers slowed us down by.', 'broker')
    this.#produced = new BatchCounters(counter, 'produce', 'acknowledged')
    this.#fetched = new BatchCounters(counter, 'fetch', 'read')
  }

  /** Adds what a client has buffered, read when somebody asks. `name` is its label; the same name again replaces it. */
  watch(client: Watched, name = 'default'): void {
    this.#watched.set(name, client)
  }
  unwatch(name = 'default'): void {
    this.#watched.delete(name)
  }

  /** Everything that was counted so far. */
  families(): MetricFamily[] {
    const counters = [
      this.#connects,
      this.#connectErrors,
      this.#disconnects,
      this.#requests,
      this.#requestErrors,
      this.#written,
      this.#read,
    ]
    const histograms = [this.#connectSeconds, this.#requestSeconds, this.#waitSeconds, this.#throttleSeconds]
    return [...counters, ...histograms, ...this.#produced.all, ...this.#fetched.all].map(one => one.family).concat(this.#gauges())
  }

  #gauges(): MetricFamily[] {
    return gauges.map(([property, name, help]) => ({
      name: `${this.#prefix}_${name}`,
      help,
      type: 'gauge',
      series: [...this.#watched].map(([client, watched]) => ({ labels: { client }, value: watched[property] })),
    }))
  }

  /** The content type of `text`. */
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8'
  /** The same as Prometheus reads it. */
  text(): string {
    return exposition(this.families())
  }

  onBrokerConnect({ broker, durationMs, error }: BrokerConnectEvent): void {
    if (error) return this.#connectErrors.add(1, nameOf(broker))
    this.#connects.add(1, nameOf(broker))
    this.#connectSeconds.observe(durationMs / 1000, nameOf(broker))
  }
  onBrokerDisconnect({ broker, error }: BrokerDisconnectEvent): void {
    this.#disconnects.add(1, nameOf(broker), error ? 'error' : 'closed')
  }
  onBrokerE2E(event: BrokerE2EEvent): void {
    const broker = nameOf(event.broker)
    const api = apiName(event.apiKey)
    this.#written.add(event.bytesWritten, broker)
    this.#waitSeconds.observe(event.writeWaitMs / 1000, broker)
    if (event.writeError || event.readError) return this.#requestErrors.add(1, broker, api)
    this.#read.add(event.bytesRead, broker)
    this.#requests.add(1, broker, api)
    this.#requestSeconds.observe(event.durationE2EMs / 1000, broker, api)
  }
  onBrokerThrottle({ broker, throttleMs }: BrokerThrottleEvent): void {
    this.#throttleSeconds.observe(throttleMs / 1000, nameOf(broker))
  }
  onProduceBatchWritten(event: BatchEvent): void {
    this.#produced.add(event)
  }
  onFetchBatchRead(event: BatchEvent): void {
    this.#fetched.add(event)
  }
}

class BatchCounters {
  readonly all: readonly Counter[]

  constructor(counter: (name: string, help: string, ...labels: string[]) => Counter, what: string, done: string) {
    const labels = ['broker', 'topic', 'codec']
    this.all = [
      counter(`${what}_batches`, `Batches that were ${done}.`, ...labels),
      counter(`${what}_records`, `Records in the batches that were ${done}.`, ...labels),
      counter(`${what}_uncompressed_bytes`, `Bytes of their records before compression.`, ...labels),
      counter(`${what}_compressed_bytes`, `Bytes of their records on the wire.`, ...labels),
    ]
  }
  add({ broker, topic, compressionType, numRecords, uncompressedBytes, compressedBytes }: BatchEvent): void {
    const counts = [1, numRecords, uncompressedBytes, compressedBytes]
    for (const [i, counter] of this.all.entries()) counter.add(counts[i], nameOf(broker), topic, compressionType)
  }
}

const nameOf = ({ nodeId }: BrokerMetadata): string => nodeName(nodeId)
