import { randomUuid, type Uuid } from '../../bytes/uuid.js'
import type { Clock } from '../../clock.js'
import type { Listener } from '../network/listener.js'
import type { Acls } from './acls.js'
import { Broker } from './broker.js'
import type { Codecs } from './codecs.js'
import { newestFeatures } from './features.js'
import type { Group } from './group.js'
import { followLeaders, rejoin } from './leadership.js'
import { Partition } from './partition.js'
import { placeReplicas } from './placement.js'
import { Quotas } from './quotas.js'
import type { Release } from './releases.js'
import type { Settings } from './settings.js'
import { Throttles } from './throttles.js'
import { Topic } from './topic.js'

/** Of the whole cluster. */
const MAX_PARTITIONS = 200_000

export interface NewTopic {
  name: string
  partitions: number
  replicationFactor: number
  configs?: ReadonlyMap<string, string>
  /** Replicas per partition, the preferred leader first. Default: spread over the running brokers. */
  replicas?: readonly (readonly number[])[]
  /** The offset of the first record, as in a log whose older records are gone. Default 0. */
  startOffset?: bigint
}

/** The state of all brokers together: what KRaft would replicate, and the partitions themselves. Changes are made whole, between two requests. */
export class Cluster {
  readonly brokers = new Map<number, Broker>()
  readonly topics = new Map<string, Topic>()
  readonly topicsById = new Map<Uuid, Topic>()
  readonly groups = new Map<string, Group>()
  readonly listeners = new Set<Listener>()
  readonly throttles = new Throttles()
  readonly quotas = new Quotas()
  readonly features = newestFeatures()
  featuresEpoch = 1n
  /** Partitions of `__consumer_offsets` whose coordinator is still reading them. */
  readonly loading = new Set<Partition>()
  /** How often reassignments are held back: those that begin meanwhile do not end. */
  reassignmentsHeld = 0
  /** Undefined: the newest. */
  release: Release | undefined
  /** Only the controller takes changes, as with ZooKeeper. */
  controllerAlone = false
  #controller: number | undefined
  #nextProducerId = 1000n
  #partitionCount = 0

  constructor(
    readonly id: string,
    readonly clock: Clock,
    readonly settings: Settings,
    readonly codecs: Codecs,
    readonly acls: Acls,
  ) {}

  /** Where new partitions may be placed, in the order of their ids. */
  get running(): Broker[] {
    return [...this.brokers.values()].filter(broker => broker.running).sort((a, b) => a.id - b.id)
  }

  /** Any running broker takes controller requests, as in KRaft, where Metadata names one at random; here it is the one with the lowest id. */
  get controllerId(): number {
    const { running } = this
    return (running.find(({ id }) => id === this.#controller) ?? running[0])?.id ?? -1
  }

  moveController(to: number): void {
    this.#controller = to
  }

  /** Every broker becomes one of that release; undefined gives back what there is. */
  emulate(release: Release | undefined): void {
    this.release = release
    this.controllerAlone = release?.zookeeper ?? false
    for (const broker of this.brokers.values()) broker.emulate(release)
  }

  /** Whether there is room for so many more partitions: what clients may ask for has to end somewhere. */
  hasRoomFor(partitions: number): boolean {
    return this.#partitionCount + partitions <= MAX_PARTITIONS
  }

  /** Stands for the end of the metadata log: it grows with what is made. */
  get changes(): bigint {
    return BigInt(this.#partitionCount + this.brokers.size + this.topics.size)
  }

  newProducerId(): bigint {
    return this.#nextProducerId++
  }

  partition(topic: string, index: number): Partition | undefined {
    return this.topics.get(topic)?.partitions[index]
  }

  /** `spec` must have been checked. */
  createTopic(spec: NewTopic): Topic {
    const topic = new Topic(spec.name, randomUuid(), spec.replicationFactor, new Map(spec.configs), this.settings)
    this.addPartitions(topic, spec.partitions, spec.replicas, spec.startOffset)
    this.topics.set(topic.name, topic)
    this.topicsById.set(topic.id, topic)
    return topic
  }

  addPartitions(topic: Topic, count: number, replicas?: readonly (readonly number[])[], startOffset?: bigint): void {
    const first = topic.partitions.length
    const running = this.running.map(broker => broker.id)
    const placed = replicas ?? placeReplicas(running.length > 0 ? running : [...this.brokers.keys()], count, topic.replicationFactor, first)
    placed.forEach((nodes, i) => {
      const isr = nodes.filter(id => this.brokers.get(id)?.running)
      const partition = new Partition(topic, first + i, nodes, isr, startOffset)
      topic.partitions.push(partition)
      this.#partitionCount++
      partition.lead(isr[0] ?? -1)
    })
  }

  deleteTopic(topic: Topic): void {
    this.topics.delete(topic.name)
    this.topicsById.delete(topic.id)
    topic.deleted = true
    this.#partitionCount -= topic.partitions.length
    for (const group of this.groups.values()) group.offsets.delete(topic.name)
    for (const partition of topic.partitions) partition.lead(-1)
  }

  addBroker(id: number, rack: string | null): Broker {
    const broker = new Broker(id, rack, this.settings.numberOfBroker('max.incremental.fetch.session.cache.slots'))
    this.brokers.set(id, broker)
    if (this.release) broker.emulate(this.release)
    return broker
  }

  /** The broker stops at once: connections are cut, its leaderships go to in-sync replicas, it leaves the ISRs. */
  stop(broker: Broker): void {
    if (!broker.running) return
    broker.running = false
    broker.sessions.clear()
    followLeaders(this, broker.id)
    broker.cutConnections()
  }

  /** The broker comes back with its data; its replicas are in sync at once, leaders stay where they are. */
  start(broker: Broker): void {
    if (broker.running) return
    broker.running = true
    rejoin(this, broker.id)
  }

  *allPartitions(): Iterable<Partition> {
    for (const topic of this.topics.values()) yield* topic.partitions
  }

  /** What follows every append: old records go, and those who wait are told. */
  appended(partition: Partition): void {
    partition.retain(this.clock.now(), this.settings.numberOfBroker('log.retention.check.interval.ms'))
    partition.changed()
  }
}
