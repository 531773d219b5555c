import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerJava, zookeeperJava } from '../scripts/jars.mjs'
import { freePort } from '../scripts/ports.mjs'
import * as admin from './admin.js'
import { Broker, type BrokerSetup } from './broker.js'
import type { JavaProcess } from './java-process.js'
import { type ListenerSpec, type NodePlace, type Settings, serverProperties, zookeeperBrokerProperties } from './settings.js'
import { startZooKeeper } from './zookeeper.js'

export interface KafkaOptions {
  /** Default: the newest. `createTopic` and what moves leaders need 2.4 or newer, `warm` 0.11. */
  release?: string
  /** Run it on a ZooKeeper of its own and not in KRaft mode. Default: releases before 3.3, which know nothing else. */
  zookeeper?: boolean
  /** How many; 1 (default) or 3. Their ids begin at 1. */
  brokers?: number
  /** Added to every broker's server.properties. */
  settings?: Settings
  /** Further listeners of every broker, by their names in capitals; not with ZooKeeper. */
  listeners?: Readonly<Record<string, ListenerSpec>>
  /** Of each broker; default 256. */
  heapMb?: number
  /** Optimise for a long run rather than for a quick start. */
  longRun?: boolean
  /** Make the coordinators of groups and transactions ready, about half a second. Default true. */
  warm?: boolean
}

/** Starts Apache Kafka on loopback and free ports; resolves when every broker knows all the others. It dies with this process. */
export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  for (let attempt = 1; ; attempt++) {
    const kafka = await prepare(options)
    try {
      await kafka.start()
      if (options.warm ?? true) await admin.warmCoordinators(kafka.brokers)
      return kafka
    } catch (error) {
      const taken = (await kafka.logs()).includes('Address already in use')
      await kafka.close({ keepLogs: !taken })
      // Somebody took the port between our look and the broker's.
      if (!taken || attempt === 3) throw error
    }
  }
}

async function prepare(options: KafkaOptions): Promise<Kafka> {
  const { brokers: count = 1, listeners = {}, heapMb = 256, longRun = false } = options
  const root = await mkdtemp(join(tmpdir(), 'milena-kafka-'))
  const nodes: NodePlace[] = []
  for (let id = 1; id <= count; id++) {
    const place: NodePlace = {
      id,
      port: await freePort(),
      controllerPort: await freePort(),
      directory: join(root, `broker-${id}`, 'data'),
      listeners: await Promise.all(Object.entries(listeners).map(async ([name, spec]) => ({ name, ...spec, port: await freePort() }))),
    }
    nodes.push(place)
  }
  const jvm = ['-Xms16m', `-Xmx${heapMb}m`, ...(longRun ? [] : ['-XX:TieredStopAtLevel=1'])]
  const { java, propertiesOf, zookeeper } = await modeOf(options, nodes, root)
  const brokers = nodes.map(place =>
    Broker.prepare({ place, properties: propertiesOf(place), home: join(root, `broker-${place.id}`), root, java, jvm }),
  )
  // Brokers of 0.8 know nobody, not even themselves, before there is a topic.
  return new Kafka(await Promise.all(brokers), root, zookeeper, options.release?.startsWith('0.8.') ? ['first'] : [])
}

interface Mode {
  java: BrokerSetup['java']
  propertiesOf(place: NodePlace): string
  zookeeper?: JavaProcess
}

/** With KRaft or with ZooKeeper, which is started here. */
async function modeOf(options: KafkaOptions, nodes: readonly NodePlace[], root: string): Promise<Mode> {
  const { release, zookeeper = release !== undefined && wantsZooKeeper(release), settings } = options
  if (!zookeeper) return { java: await brokerJava(release), propertiesOf: place => serverProperties(place, nodes, settings) }
  if (!release) throw new Error('the newest Kafka knows no ZooKeeper: name a release')
  if (options.listeners) throw new Error('brokers with ZooKeeper have the one plaintext listener here')
  const java = await zookeeperJava(release)
  const { port, process } = await startZooKeeper(java, root)
  return { java, zookeeper: process, propertiesOf: place => zookeeperBrokerProperties(release, place, nodes, port, settings) }
}

function wantsZooKeeper(release: string): boolean {
  const [major, minor] = release.split('.').map(Number)
  return major < 3 || (major === 3 && minor < 3)
}

/** A running cluster of one broker or more. */
export class Kafka {
  /** `host:port` of every broker. */
  readonly bootstrap: readonly string[]
  /** Topics to ask for when asking who is there. */
  readonly #known: readonly string[]

  constructor(
    readonly brokers: readonly Broker[],
    readonly root: string,
    readonly zookeeper?: JavaProcess,
    known: readonly string[] = [],
  ) {
    this.#known = known
    this.bootstrap = brokers.map(broker => broker.address)
  }

  /** `host:port` of every broker's listener of that name. */
  bootstrapOf(listener: string): string[] {
    return this.brokers.map(broker => broker.addressOf(listener))
  }

  broker(id: number): Broker {
    const found = this.brokers.find(broker => broker.id === id)
    if (!found) throw new Error(`there is no broker ${id}, only ${this.brokers.map(broker => broker.id).join(', ')}`)
    return found
  }

  /** Starts all brokers. */
  async start(): Promise<void> {
    for (const broker of this.brokers) broker.start()
    await this.ready(60_000)
  }

  /** Starts a broker that was stopped or killed, on its data; resolves when it and the others know each other again. */
  async restart(id: number): Promise<void> {
    this.broker(id).start()
    await this.ready(60_000)
  }

  /** Resolves when every running broker knows every running broker. */
  async ready(timeoutMs = 30_000): Promise<void> {
    const started = this.#running()
    const check = async () => {
      if (this.#running().length < started.length) return true
      const views = await Promise.all(started.map(broker => admin.liveBrokers(broker, this.#known)))
      return views.every(view => started.every(broker => view.includes(broker.id)))
    }
    const ended = () => started.filter(broker => !broker.running)
    try {
      await admin.until(`${started.length} brokers know each other`, check, timeoutMs)
      if (ended().length === 0) return
    } catch (error) {
      throw new Error(`Kafka is not ready: ${error instanceof Error ? error.message : error}\n${await this.logs()}`, { cause: error })
    }
    throw new Error(`broker ${ended().map(broker => broker.id)} ended while starting:\n${await this.logs()}`)
  }

  /** The end of every broker's log. */
  async logs(): Promise<string> {
    const processes = [...(this.zookeeper ? [this.zookeeper] : []), ...this.brokers]
    const tails = processes.map(async process => `--- ${process.logFile}\n${await process.logTail()}`)
    return (await Promise.all(tails)).join('\n')
  }

  createTopic(name: string, spec?: admin.TopicSpec): Promise<void> {
    return admin.createTopic(this.#running(), name, spec)
  }

  deleteTopic(name: string): Promise<void> {
    return admin.deleteTopic(this.#any(), name)
  }

  partitions(topic: string): Promise<admin.PartitionState[]> {
    return admin.partitions(this.#any(), topic)
  }

  /** The broker that leads the partition now. */
  async leader(topic: string, partition = 0): Promise<Broker> {
    let leader = -1
    await admin.until(`${topic}-${partition} has a running leader`, async () => {
      leader = (await this.partitions(topic))[partition]?.leader ?? -1
      return leader >= 0 && this.broker(leader).running
    })
    return this.broker(leader)
  }

  /** Makes broker `to` the leader of the partition, placing a replica there where it has none. */
  moveLeader(topic: string, partition: number, to: number): Promise<void> {
    return admin.moveLeader(this.#any(), topic, partition, to)
  }

  /** The offset after the last record. */
  async endOffset(topic: string, partition = 0): Promise<bigint> {
    return admin.endOffset(await this.leader(topic, partition), topic, partition)
  }

  /** Ends every broker, at once, and removes what it wrote. `keepLogs` leaves the logs and prints where they are. */
  async close({ keepLogs = false }: { keepLogs?: boolean } = {}): Promise<void> {
    await Promise.all(this.brokers.map(broker => broker.kill()))
    await this.zookeeper?.stop('SIGKILL')
    if (keepLogs) {
      await Promise.all(this.brokers.map(broker => broker.removeData()))
      console.error(`Kafka's logs: ${this.brokers.map(broker => broker.logFile).join(' ')}`)
    } else {
      await rm(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    }
  }

  #running(): Broker[] {
    return this.brokers.filter(broker => broker.running)
  }

  #any(): Broker {
    const [broker] = this.#running()
    if (!broker) throw new Error('no broker is running')
    return broker
  }
}
