import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { java } from '../scripts/jars.mjs'
import { spawnGuarded } from './guard.js'
import { type NodePlace, type Settings, serverProperties } from './settings.js'
import type { Address } from './wire.js'

export interface BrokerSetup {
  place: NodePlace
  nodes: readonly NodePlace[]
  settings: Settings
  /** A directory of its own; it must be under `root`. */
  home: string
  /** Removed whole when this process dies. */
  root: string
  java: { classPath: string; jvm: readonly string[]; formatted: string }
  jvm: readonly string[]
}

/** One Kafka process. It can be stopped, killed and started again on its data, at the same address. */
export class Broker implements Address {
  readonly host = '127.0.0.1'
  readonly id: number
  readonly port: number
  /** `host:port` */
  readonly address: string
  readonly logFile: string
  /** Its data: a folder per partition. */
  readonly dataDirectory: string
  #process: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()

  private constructor(readonly setup: BrokerSetup) {
    this.id = setup.place.id
    this.port = setup.place.port
    this.address = `${this.host}:${this.port}`
    this.logFile = join(setup.home, 'broker.log')
    this.dataDirectory = setup.place.directory
  }

  /** A broker with a formatted, empty log directory; not started. */
  static async prepare(setup: BrokerSetup): Promise<Broker> {
    const { place, nodes, settings, home } = setup
    await mkdir(home, { recursive: true })
    await cp(setup.java.formatted, place.directory, { recursive: true })
    const meta = join(place.directory, 'meta.properties')
    const own = (await readFile(meta, 'utf8'))
      .replace(/^node\.id=.*$/m, `node.id=${place.id}`)
      .replace(/^directory\.id=.*$/m, `directory.id=${directoryId()}`)
    await writeFile(meta, own)
    await writeFile(join(home, 'server.properties'), serverProperties(place, nodes, settings))
    return new Broker(setup)
  }

  /** `host:port` of one of its further listeners. */
  addressOf(listener: string): string {
    const found = this.setup.place.listeners?.find(({ name }) => name === listener)
    if (!found) throw new Error(`broker ${this.id} has no listener ${listener}`)
    return `${this.host}:${found.port}`
  }

  get running(): boolean {
    return this.#process !== undefined
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Starts the process; the cluster knows when it is ready. */
  start(): void {
    if (this.#process) return
    const { java: home, jvm, root } = this.setup
    const args = [...home.jvm, ...jvm, '-cp', home.classPath, 'kafka.Kafka', join(this.setup.home, 'server.properties')]
    const log = openSync(this.logFile, 'a')
    const child = spawnGuarded(java, args, { stdio: ['ignore', log, log], remove: root })
    closeSync(log)
    this.#process = child
    this.#exited = new Promise(resolve => {
      const ended = () => {
        this.#process = undefined
        resolve()
      }
      child.once('exit', ended).once('error', ended)
    })
  }

  /** Ends the process and waits until it is gone. SIGTERM is Kafka's controlled shutdown: leaders are moved away first. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#process?.kill(signal)
    await this.#exited
  }

  /** As a crash does. */
  kill(): Promise<void> {
    return this.stop('SIGKILL')
  }

  async logTail(lines = 20): Promise<string> {
    const log = await readFile(this.logFile, 'utf8').catch(() => '')
    return log.trimEnd().split('\n').slice(-lines).join('\n')
  }

  async removeData(): Promise<void> {
    await rm(this.dataDirectory, { recursive: true, force: true })
  }
}

/** Kafka's ids of 16 random bytes never begin with a dash, which command lines would take for an option. */
function directoryId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url')
    if (!id.startsWith('-')) return id
  }
}
