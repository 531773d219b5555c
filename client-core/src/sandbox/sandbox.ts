import type { Uuid } from '../bytes/uuid.js'
import type { Clock } from '../clock.js'
import { ClientError } from '../error.js'
import type { RequestMessage } from '../protocol/message.js'
import type { BatchRecordInput } from '../records/encode.js'
import type { KafkaRecord } from '../records/record.js'
import { addressOf } from '../transport/reasons.js'
import type { ByteStream, Transport } from '../transport/stream.js'
import { type AclRule, aclsOf } from './control/acl-rule.js'
import { BrokerControl } from './control/broker-control.js'
import { CoordinatorControl } from './control/coordinator-control.js'
import { GroupControl, type GroupSeed } from './control/group-control.js'
import { type Interception, Interceptions, type InterceptOptions } from './control/interceptions.js'
import { type AppendOptions, append, appendEncoded, endTransaction, partitionOf, recordsOf } from './control/log-control.js'
import { findMessage } from './control/messages.js'
import { PartitionControl } from './control/partition-control.js'
import type { Action } from './control/verdict.js'
import type { ApiName, RequestOf } from './handlers/index.js'
import { invalid } from './invalid.js'
import { Dispatcher } from './network/dispatch.js'
import type { Listener } from './network/listener.js'
import { MemoryListener } from './network/memory-listener.js'
import { Server } from './network/server.js'
import { type ResolvedOptions, resolveOptions, resolveTopic, type SandboxOptions, type TopicOptions } from './options.js'
import type { ListenerSasl } from './sasl/options.js'
import { Tokens } from './sasl/tokens.js'
import { Users } from './sasl/users.js'
import { Acls } from './state/acls.js'
import type { Broker } from './state/broker.js'
import { Cluster } from './state/cluster.js'
import { Codecs } from './state/codecs.js'
import type { CompactOptions } from './state/compact.js'
import { evacuate, moveLeader } from './state/leadership.js'
import type { Partition } from './state/partition.js'
import { finish } from './state/reassignment.js'
import { releaseOf } from './state/releases.js'
import { Settings } from './state/settings.js'
import type { ThrottledClients } from './state/throttles.js'

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
  readonly #groups = new Map<string, GroupControl>()
  readonly #server: Server
  readonly #memory: MemoryListener
  readonly #users: Users

  /** Use `createSandbox`. */
  constructor(private readonly options: ResolvedOptions) {
    const settings = new Settings(options.brokerConfigs)
    this.#cluster = new Cluster(options.clusterId, options.clock, settings, new Codecs(options.codec), new Acls(options.acls))
    options.brokers.forEach(({ rack }, i) => {
      this.#cluster.addBroker(i + 1, rack)
    })
    for (const [name, topic] of options.topics) this.#create(name, topic)
    const { sasl } = options
    const tokens = new Tokens(
      {
        secret: settings.ofBroker('delegation.token.secret.key'),
        maxLifetimeMs: settings.numberOfBroker('delegation.token.max.lifetime.ms'),
        expiryMs: settings.numberOfBroker('delegation.token.expiry.time.ms'),
      },
      options.clock,
    )
    this.#users = new Users(new Map(sasl?.users), sasl?.scramIterations ?? 4096, tokens)
    const dispatcher = new Dispatcher(this.#cluster, this.#interceptions, this.#users, options.onFault)
    this.#server = new Server(this.#cluster, dispatcher, this.#users, options)
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
    return new BrokerControl(this.#cluster, this.#brokerOf(id), this.#server)
  }

  /** Adds a broker with the next free id; it holds no partitions yet. */
  async addBroker({ rack }: { rack?: string } = {}): Promise<BrokerControl> {
    const broker = this.#cluster.addBroker(Math.max(0, ...this.brokers) + 1, rack ?? null)
    await this.#server.follow(broker)
    return this.broker(broker.id)
  }

  /** Takes a broker out for good; its replicas move to others, or with `replicas: 'stay'` are offline from then on. */
  async removeBroker(id: number, { replicas = 'move' }: { replicas?: 'move' | 'stay' } = {}): Promise<void> {
    const broker = this.#brokerOf(id)
    this.#cluster.stop(broker)
    this.#cluster.brokers.delete(id)
    if (replicas === 'move') evacuate(this.#cluster, id)
    await this.#server.follow(broker)
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

  /** Takes something from somebody, whatever else the rules allow. Returns what takes the rule back. */
  deny(rule: AclRule): () => void {
    return this.#rule(rule, 'DENY')
  }

  /** Lets somebody do something; it counts where the option `acls` asks for rules. Returns what takes the rule back. */
  allow(rule: AclRule): () => void {
    return this.#rule(rule, 'ALLOW')
  }

  /** Holds clients off: answers tell them to wait so long, and the broker takes nothing from that connection meanwhile (KIP-219). Returns what ends it. */
  throttle(clients: ThrottledClients, ms: number): () => void {
    return this.#cluster.throttles.add(clients, ms)
  }

  /** From now on that broker alone takes changes of the cluster, as with ZooKeeper: others answer NOT_CONTROLLER. */
  moveController(to: number): void {
    this.#cluster.moveController(this.#brokerOf(to).id)
    this.#cluster.controllerAlone = true
  }

  /** Reassignments that begin from now on stay under way until the function that is returned is called. */
  holdReassignments(): () => void {
    const cluster = this.#cluster
    let holds = true
    cluster.reassignmentsHeld++
    return () => {
      if (!holds) return
      holds = false
      if (--cluster.reassignmentsHeld === 0) for (const partition of cluster.allPartitions()) finish(cluster, partition)
    }
  }

  /** Who coordinates a group. */
  coordinator(groupId: string): CoordinatorControl {
    return new CoordinatorControl(this.#cluster, groupId)
  }

  /**
   * Makes all brokers, also later ones, a release of Kafka: its APIs and versions; no answer to ApiVersions before 0.10; message sets for Fetch before v4 and
   * Produce before v3; a controller that alone takes changes before 3.3. `limitVersions` still works on top. Without a release they are the newest again.
   * @throws ClientError `INVALID_OPTION` for a release that is not known.
   */
  emulate(release?: string): void {
    this.#cluster.emulate(release === undefined ? undefined : releaseOf(release))
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
  attach(listener: Listener): Promise<void> {
    return this.#server.attach(listener)
  }

  /** For listeners: the opposite of `attach`; closes it. */
  detach(listener: Listener): Promise<void> {
    return this.#server.detach(listener)
  }

  /** For listeners: serves a stream as a connection to that broker until it ends; cuts it when the broker does not run. */
  serve(stream: ByteStream, brokerId: number, listener: Listener, principal?: string): void {
    this.#server.serve(stream, brokerId, listener, principal)
  }

  /** Cuts all connections, closes all ports, stops every timer. */
  async close(): Promise<void> {
    for (const group of this.#groups.values()) group.stop()
    this.#interceptions.clear()
    await this.#server.close()
  }

  #create(name: string, { partitions, configs, replicationFactor, startOffset }: Required<TopicOptions>): void {
    this.#cluster.createTopic({ name, partitions, configs: new Map(Object.entries(configs)), replicationFactor, startOffset })
  }

  #rule(rule: AclRule, permission: 'DENY' | 'ALLOW'): () => void {
    const acls = aclsOf(rule, permission)
    for (const acl of acls) this.#cluster.acls.add(acl)
    return () => {
      for (const acl of acls) this.#cluster.acls.remove(acl)
    }
  }

  #partition(topic: string, partition: number): Partition {
    return partitionOf(this.#cluster, topic, partition)
  }

  #brokerOf(id: number): Broker {
    const broker = this.#cluster.brokers.get(id)
    if (!broker) throw new ClientError('INVALID_REQUEST', `the sandbox has no broker ${id}; it has ${this.brokers.join(', ')}`)
    return broker
  }
}

/**
 * Starts a cluster in memory.
 * @throws ClientError `INVALID_OPTION`, naming the option, for what Kafka would refuse.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return new Sandbox(resolveOptions(options))
}
