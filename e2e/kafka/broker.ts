import { randomBytes } from 'node:crypto'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { JavaProcess } from './java-process.js'
import type { NodePlace } from './settings.js'
import type { Address } from './wire.js'

export interface BrokerSetup {
  place: NodePlace
  /** Its server.properties. */
  properties: string
  /** A directory of its own; it must be under `root`. */
  home: string
  /** Removed whole when this process dies. */
  root: string
  /** `formatted` is the log directory to begin with, of a broker in KRaft mode. */
  java: { classPath: string; jvm: readonly string[]; formatted?: string }
  jvm: readonly string[]
}

/** One Kafka process. It can be stopped, killed and started again on its data, at the same address. */
export class Broker extends JavaProcess implements Address {
  readonly host = '127.0.0.1'
  readonly id: number
  readonly port: number
  /** `host:port` */
  readonly address: string
  /** Its data: a folder per partition. */
  readonly dataDirectory: string

  private constructor(readonly setup: BrokerSetup) {
    const { java, jvm, home, root, place } = setup
    const args = [...java.jvm, ...jvm, '-cp', java.classPath, 'kafka.Kafka', join(home, 'server.properties')]
    super(args, join(home, 'broker.log'), root)
    this.id = place.id
    this.port = place.port
    this.address = `${this.host}:${this.port}`
    this.dataDirectory = place.directory
  }

  /** A broker with an empty log directory, formatted where it must be; not started. */
  static async prepare(setup: BrokerSetup): Promise<Broker> {
    const { place, home, java } = setup
    await mkdir(place.directory, { recursive: true })
    if (java.formatted) await format(java.formatted, place)
    await writeFile(join(home, 'server.properties'), setup.properties)
    return new Broker(setup)
  }

  /** `host:port` of one of its further listeners. */
  addressOf(listener: string): string {
    const found = this.setup.place.listeners?.find(({ name }) => name === listener)
    if (!found) throw new Error(`broker ${this.id} has no listener ${listener}`)
    return `${this.host}:${found.port}`
  }

  /** Ends the process and waits until it is gone. SIGTERM is Kafka's controlled shutdown: leaders are moved away first. */
  override stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    return super.stop(signal)
  }

  /** As a crash does. */
  kill(): Promise<void> {
    return this.stop('SIGKILL')
  }

  async removeData(): Promise<void> {
    await rm(this.dataDirectory, { recursive: true, force: true })
  }
}

async function format(formatted: string, place: NodePlace): Promise<void> {
  await cp(formatted, place.directory, { recursive: true })
  const meta = join(place.directory, 'meta.properties')
  const own = (await readFile(meta, 'utf8'))
    .replace(/^node\.id=.*$/m, `node.id=${place.id}`)
    .replace(/^directory\.id=.*$/m, `directory.id=${directoryId()}`)
  await writeFile(meta, own)
}

/** Kafka's ids of 16 random bytes never begin with a dash, which command lines would take for an option. */
function directoryId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url')
    if (!id.startsWith('-')) return id
  }
}
