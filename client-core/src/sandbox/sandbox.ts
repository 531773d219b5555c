import type { Uuid } from '../bytes/uuid.js'
import type { Clock } from '../clock.js'
import { ClientError } from '../error.js'
import type { RequestMessage } from '../protocol/message.js'
import type { BatchRecordInput } from '../records/encode.js'
import type { KafkaRecord } from '../records/record.js'
import { addressOf } from '../transport/reasons.js'
import type { ByteStream, Transport } from '../transport/stream.js'
import { BrokerControl } from './control/broker-control.js'
import { GroupControl, type GroupSeed } from './control/group-control.js'
import { type Interception, Interceptions, type InterceptOptions } from './control/interceptions.js'
import { type AppendOptions, append, appendEncoded, endTransaction, partitionOf, recordsOf } from './control/log-control.js'
import { findMessage } from './control/messages.js'
import { PartitionControl } from './control/partition-control.js'
import type { Action } from './control/verdict.js'
import type { ApiName, RequestOf } from './handlers/index.js'
import { invalid } from './invalid.js'
import { Connection } from './network/connection.js'
import { Dispatcher } from './network/dispatch.js'
import type { Listener } from './network/listener.js'
import { MemoryListener } from './network/memory-listener.js'
import { type ResolvedOptions, resolveOptions, resolveTopic, type SandboxOptions, type TopicOptions } from './options.js'
import { Login } from './sasl/login.js'
import type { ListenerSasl } from './sasl/options.js'
import { Users } from './sasl/users.js'
import type { Broker } from './state/broker.js'
import { Cluster } from './state/cluster.js'
import { Codecs } from './state/codecs.js'
import type { CompactOptions } from './state/compact.js'
import { evacuate, moveLeader } from './state/leadership.js'
import type { Partition } from './state/partition.js'
import { Settings } from './state/settings.js'

/**
 * A Kafka cluster in memory that speaks the wire protocol: for tests, for a demo, to play with. Whatever a client can do goes through its
 * connections; the methods here are the hands of whoever runs the cluster: they make topics, write past the rules, break things.
 */
export class Sandbox {
  /** Addresses for a client that uses `transport`. */
  readonly seedBrokers: string[]
  /** The way to the brokers without a network. */
  readonly transport: Transport
  readonly #cluster: Cluster
  readonly #interceptions = new Interceptions()
  readonly #dispatcher: Dispatcher
  readonly #groups = new Map<string, GroupControl>()
  readonly #serving = new Set<Promise<void>>()
  readonly #memory: MemoryListener
  readonly #users: Users
  #closed = false

  /** Use `createSandbox`. */
  constructor(private readonly options: ResolvedOptions) {
    this.#cluster = new Cluster(options.clusterId, options.clock, new Settings(options.brokerConfigs), new Codecs(options.codec))
    this.#dispatcher = new Dispatcher(this.#cluster, this.#interceptions, options.onFault)
    options.brokers.forEach(({ rack }, i) => {
      this.#cluster.addBroker(i + 1, rack)
    })
    for (const [name, topic] of options.topics) this.#create(name, topic)
    const { sasl } = options
    this.#users = new Users(new Map(sasl?.users), sasl?.scramIterations ?? 4096)
    const serve = (stream: ByteStream, broker: Broker) => this.serve(stream, broker.id, this.#memory)
    this.#memory = new MemoryListener(this.#cluster, serve, sasl?.memory ? sasl : undefined)
    this.#cluster.listeners.add(this.#memory)
    this.transport = this.#memory.transport
    this.seedBrokers = this.brokers.map(id => addressOf(this.#memory.address(id)!))
  }

  get clusterId(): string {
    return this.#cluster.id
  }
  get clock(): Clock {
    return this.#cluster.clock
  }
  /** The ids of all brokers, also of those that are stopped. */
  get brokers(): number[] {
    return [...this.#cluster.brokers.keys()]
  }
  /** The names of all topics. */
  get topics(): string[] {
    return [...this.#cluster.topics.keys()]
  }

  /** @throws ClientError `INVALID_REQUEST` when there is no such topic. */
  partitionCount(topic: string): number {
    return this.#partition(topic, 0).topic.partitions.length
  }

  /** @throws ClientError `INVALID_REQUEST` when there is no such broker. */
  broker(id: number): BrokerControl {
    return new BrokerControl(this.#cluster, this.#brokerOf(id))
  }

  /** Adds a broker with the next free id; it holds no partitions yet. */
  async addBroker({ rack }: { rack?: string } = {}): Promise<BrokerControl> {
    const broker = this.#cluster.addBroker(Math.max(0, ...this.brokers) + 1, rack ?? null)
    await this.#follow(broker)
    return this.broker(broker.id)
  }

  /** Takes a broker out for good; its replicas move to others. */
  async removeBroker(id: number): Promise<void> {
    const broker = this.#brokerOf(id)
    this.#cluster.stop(broker)
    this.#cluster.brokers.delete(id)
    evacuate(this.#cluster, id)
    await this.#follow(broker)
  }

  /** @throws ClientError `INVALID_OPTION` for what Kafka would refuse, or when the topic exists. */
  createTopic(name: string, topic: number | TopicOptions = 1): void {
    if (this.#cluster.topics.has(name)) throw invalid(`topics['${name}']`, 'exists')
    this.#create(name, resolveTopic(name, topic, this.#cluster.brokers.size))
  }

  deleteTopic(name: string): void {
    const topic = this.#cluster.topics.get(name)
    if (topic) this.#cluster.deleteTopic(topic)
  }

  /** Changes one setting of a topic while it is in use; undefined gives back the default. */
  setTopicConfig(name: string, config: string, value: string | undefined): void {
    partitionOf(this.#cluster, name, 0).topic.setConfig(config, value)
  }

  /** Changes with every topic that is made, also under a name that was there before. */
  topicId(name: string): Uuid {
    return this.#partition(name, 0).topic.id
  }

  /** Deletes a topic and makes another one of the same name, partitions and settings: its id is a new one, its log is empty. */
  recreateTopic(name: string): void {
    const { topic } = this.#partition(name, 0)
    const { replicationFactor, configs, partitions } = topic
    this.#cluster.deleteTopic(topic)
    this.#cluster.createTopic({
      name,
      partitions: partitions.length,
      configs,
      replicationFactor,
      replicas: partitions.map(p => p.replicas),
    })
  }

  /** Replicas, held back or elected, compaction and retention of one partition. */
  partition(topic: string, index: number): PartitionControl {
    return new PartitionControl(this.#cluster, this.#partition(topic, index))
  }

  /** Compacts a partition at once: what is not among `keep` goes. Default: the last record of each key stays. */
  compact(topic: string, partition: number, keep?: CompactOptions['keep']): Promise<void> {
    return this.partition(topic, partition).compact({ keep })
  }

  /** The id of the broker that leads; -1 while none can. */
  leader(topic: string, partition: number): number {
    return this.#partition(topic, partition).leader
  }

  leaderEpoch(topic: string, partition: number): number {
    return this.#partition(topic, partition).leaderEpoch
  }

  /** Makes another broker the leader, under a new epoch. One that holds no replica takes over the old leader's. */
  moveLeader(topic: string, partition: number, to: number): void {
    moveLeader(this.#partition(topic, partition), this.#brokerOf(to).id)
  }

  /** Loses the records from `offset` on, as an unclean election does: they are gone, and a new leader epoch begins. */
  truncate(topic: string, partition: number, offset: bigint): void {
    this.#partition(topic, partition).truncateTo(offset)
  }

  /** Moves the log's start, as DeleteRecords and retention do. */
  deleteRecords(topic: string, partition: number, beforeOffset: bigint): void {
    this.#partition(topic, partition).deleteBefore(beforeOffset)
  }

  /** The leader forgets what this idempotent producer wrote, or what any did. */
  forgetProducers(topic: string, partition: number, producerId?: bigint): void {
    this.#partition(topic, partition).producers.forget(producerId)
  }

  /** The first offset and the one that the next record gets. */
  offsets(topic: string, partition: number): { start: bigint; end: bigint } {
    const { startOffset, endOffset } = this.#partition(topic, partition).log
    return { start: startOffset, end: endOffset }
  }

  /** Writes one batch on the server's side. Returns the first record's offset. */
  append(topic: string, partition: number, records: readonly BatchRecordInput[], options: AppendOptions = {}): bigint {
    return append(this.#cluster, this.#partition(topic, partition), records, options)
  }

  /** Writes the bytes of a batch unread, whatever is wrong with them (a CRC, a bomb). Returns the first record's offset. */
  appendBatch(topic: string, partition: number, batch: Uint8Array): bigint {
    return appendEncoded(this.#cluster, this.#partition(topic, partition), batch)
  }

  /** Ends a producer's open transaction on one partition with a marker. Returns the marker's offset. */
  endTransaction(
    topic: string,
    partition: number,
    { producerId, producerEpoch, how }: { producerId: bigint; producerEpoch: number; how: 'commit' | 'abort' },
  ): bigint {
    return endTransaction(this.#cluster, this.#partition(topic, partition), producerId, producerEpoch, how)
  }

  /** Resolves when the partition's end has reached this offset. */
  reached(topic: string, partition: number, endOffset: bigint): Promise<void> {
    const watched = this.#partition(topic, partition)
    return new Promise(resolve => {
      const look = () => {
        if (watched.log.endOffset < endOffset) return
        unwatch()
        resolve()
      }
      const unwatch = watched.watch(look)
      look()
    })
  }

  /** What was written and can still be read, oldest first. Compressed batches need the option `codec`. */
  records(topic: string, partition: number): KafkaRecord[] {
    return recordsOf(this.#cluster, this.#partition(topic, partition))
  }

  /** The values as text; null for tombstones. */
  values(topic: string, partition: number): (string | null)[] {
    const utf8 = new TextDecoder()
    return this.records(topic, partition).map(({ value }) => (value === null ? null : utf8.decode(value)))
  }

  /** Adds a user, or changes the password; who is logged in stays so until that login runs out. */
  setUser(name: string, password: string): void {
    this.#users.set(name, password)
  }

  removeUser(name: string): void {
    this.#users.remove(name)
  }

  /** What listeners ask for that are opened without a word about it. */
  get sasl(): ListenerSasl | undefined {
    return this.options.sasl
  }

  /** A consumer group, made when there is none of that name. `seed` sets its members and offsets. */
  group(id: string, seed?: GroupSeed): GroupControl {
    let group = this.#groups.get(id)
    if (!group) this.#groups.set(id, (group = new GroupControl(this.#cluster, id)))
    return seed ? group.seed(seed) : group
  }

  /**
   * Looks at, changes or breaks the answers to an API, named by Kafka's name, its key or its table. `action` is a verdict (`fail('…')`, `answer(…)`,
   * `hang()`, `close()`, `delay(ms)`, `send(bytes)`), or a function of the request that gives one or nothing. The oldest interception that gives a
   * verdict decides. APIs that the sandbox has no handler for are offered while they are intercepted.
   */
  intercept<A extends ApiName>(api: A, options: InterceptOptions, action: Action<RequestOf<A>>): Interception
  intercept<A extends ApiName>(api: A, action: Action<RequestOf<A>>): Interception
  intercept<M extends RequestMessage>(api: M, options: InterceptOptions, action: Action<M>): Interception
  intercept<M extends RequestMessage>(api: M, action: Action<M>): Interception
  intercept(api: number, options: InterceptOptions, action: Action): Interception
  intercept(api: number, action: Action): Interception
  intercept(api: string | number | RequestMessage, first: InterceptOptions | Action, second?: Action): Interception {
    const [options, action] = second === undefined ? [{}, first as Action] : [first as InterceptOptions, second]
    return this.#interceptions.add(findMessage(api), action, options)
  }

  /** Takes every interception away and lets go of what hangs. */
  clearInterceptions(): void {
    this.#interceptions.clear()
  }

  /** For listeners: brokers are told to it from now on, and `close` closes it. */
  async attach(listener: Listener): Promise<void> {
    if (this.#closed) throw new ClientError('CLIENT_CLOSED', 'the sandbox is closed: create another one')
    this.#cluster.listeners.add(listener)
    await Promise.all([...this.#cluster.brokers.values()].map(broker => listener.follow(broker)))
  }

  /** For listeners: the opposite of `attach`; closes it. */
  async detach(listener: Listener): Promise<void> {
    this.#cluster.listeners.delete(listener)
    await listener.close()
  }

  /** For listeners: serves a stream as a connection to that broker until it ends; cuts it when the broker does not run. */
  serve(stream: ByteStream, brokerId: number, listener: Listener): void {
    const broker = this.#cluster.brokers.get(brokerId)
    if (!broker?.running || this.#closed) {
      stream.close()
      return
    }
    const { maxFrameBytes, onDisconnect } = this.options
    const login = listener.sasl && new Login(listener.sasl, this.#users, this.clock)
    const connection = new Connection(stream, broker, listener, maxFrameBytes, this.#dispatcher.answer, onDisconnect, login)
    const serving = connection.serve().catch(this.options.onFault)
    this.#serving.add(serving)
    void serving.then(() => this.#serving.delete(serving))
  }

  /** Cuts all connections, closes all ports, stops every timer. */
  async close(): Promise<void> {
    this.#closed = true
    for (const group of this.#groups.values()) group.stop()
    for (const broker of this.#cluster.brokers.values()) broker.cutConnections()
    this.#interceptions.clear()
    await Promise.all([...this.#cluster.listeners].map(listener => listener.close()))
    await Promise.all(this.#serving)
  }

  #create(name: string, { partitions, configs, replicationFactor, startOffset }: Required<TopicOptions>): void {
    this.#cluster.createTopic({ name, partitions, configs: new Map(Object.entries(configs)), replicationFactor, startOffset })
  }

  #partition(topic: string, partition: number): Partition {
    return partitionOf(this.#cluster, topic, partition)
  }

  #brokerOf(id: number): Broker {
    const broker = this.#cluster.brokers.get(id)
    if (!broker) throw new ClientError('INVALID_REQUEST', `the sandbox has no broker ${id}; it has ${this.brokers.join(', ')}`)
    return broker
  }

  async #follow(broker: Broker): Promise<void> {
    await Promise.all([...this.#cluster.listeners].map(listener => listener.follow(broker)))
  }
}

/**
 * Starts a cluster in memory.
 * @throws ClientError `INVALID_OPTION`, naming the option, for what Kafka would refuse.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return new Sandbox(resolveOptions(options))
}
