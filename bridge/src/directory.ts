import { isIP, type LookupFunction } from 'node:net'
import { addressOf, parseAddress, type StreamTarget, TransportError } from '@milena/client-core/transport/tunnel'
import { checkedLookup, ipKind, isLoopbackName } from './addresses.js'
import type { DialTarget, Shown } from './dial.js'
import type { Settings } from './options.js'

type Cluster = Settings['clusters'][number]

/** Asks brokers of the cluster, through `to`, for the addresses of all. */
export type AskBrokers = (bootstrap: DialTarget[]) => Promise<StreamTarget[]>

/**
 * The addresses of one cluster that clients may ask for: those configured, and those that the cluster's own metadata names. Nothing else is resolved
 * or dialled, so that nobody learns from the bridge which hosts exist.
 */
export class Directory {
  readonly #configured: Set<string>
  #learned = new Set<string>()
  /** Why the last question failed. */
  #failure: Error | undefined
  #asking: Promise<void> | undefined
  #relearning: Promise<void> | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  /** Whether clients ask for TLS: the brokers are asked the same way. */
  #tls = false
  readonly #shown: Shown = { tls: false }
  /** Whether metadata may name addresses of this machine: only when the cluster runs on it. */
  #onThisMachine: boolean

  constructor(
    readonly cluster: Cluster,
    private readonly settings: Settings,
    private readonly ask: AskBrokers,
  ) {
    this.#configured = new Set([...cluster.bootstrap, ...cluster.allow])
    this.#onThisMachine = cluster.bootstrap.some(address => isLoopbackName(parseAddress(address)!.host))
  }

  /** How to dial an address; throws `BRIDGE_DENIED` for one that is not the cluster's. `tls` is the client's wish. */
  async find(address: StreamTarget, tls: boolean): Promise<DialTarget> {
    const key = addressOf(address)
    this.#tls ||= tls
    this.#watch()
    if (!this.#knows(key)) await this.#relearn()
    if (!this.#knows(key)) throw this.#unknown(key)
    return this.#target(address, tls)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #knows(key: string): boolean {
    return this.#configured.has(key) || this.#learned.has(key)
  }

  #target(address: StreamTarget, tls: boolean): DialTarget {
    const check = (ip: string) => this.#check(ip, address)
    if (isIP(address.host)) check(address.host)
    const options = this.cluster.tls === true || (this.cluster.tls === false && tls) ? {} : this.cluster.tls
    const lookup: LookupFunction = checkedLookup(check, this.settings.lookup)
    return {
      host: address.host,
      port: address.port,
      lookup,
      ...(options ? { tls: options } : {}),
      sasl: this.cluster.sasl,
      shown: this.#shown,
    }
  }

  /** Throws for an IP address that a name, or metadata, may not lead to. One that is configured as such is meant. */
  #check(ip: string, address: StreamTarget): void {
    const key = addressOf(address)
    const kind = ipKind(ip)
    const configured = this.#configured.has(key)
    if (kind === 'ordinary' || (configured && isIP(address.host))) return
    if (kind === 'loopback' && configured) this.#onThisMachine = true
    if (kind === 'loopback' && this.#onThisMachine) return
    const what = kind === 'loopback' ? 'this machine, where the cluster does not run' : 'an address that is no host on a network'
    const literal = addressOf({ host: ip, port: address.port })
    throw denied(`${key} leads to ${ip}: ${what}. If that is meant, start the bridge with --allow ${literal} and connect to that`)
  }

  #unknown(key: string): TransportError {
    const why = this.#failure ? ` (the bridge could not ask its brokers: ${this.#failure.message})` : ''
    const message = `${key} is not a broker of the cluster '${this.cluster.id}' that this bridge knows; start it with --allow ${key} if it should be${why}`
    return denied(message, this.#failure !== undefined)
  }

  /** Keeps what was learned fresh from the first use on. */
  #watch(): void {
    this.#timer ??= setInterval(() => void this.#learn(), this.settings.times.refresh).unref()
  }

  /** Asks again because of an address that is not known, soon but not more often than allowed: a client cannot make the bridge flood brokers. */
  #relearn(): Promise<void> {
    const later = async () => {
      const wait = this.#askedAt + this.settings.times.relearn - performance.now()
      if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
      await this.#learn()
    }
    this.#relearning ??= later().finally(() => {
      this.#relearning = undefined
    })
    return this.#relearning
  }

  #learn(): Promise<void> {
    this.#asking ??= this.#question().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #question(): Promise<void> {
    this.#askedAt = performance.now()
    try {
      const brokers = await this.ask(this.cluster.bootstrap.map(address => this.#target(parseAddress(address)!, this.#tls)))
      this.#learned = new Set(brokers.map(addressOf))
      this.#failure = undefined
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      this.settings.log(`metadata cluster=${this.cluster.id} failed: ${oneLine(this.#failure.message)}`)
    }
  }
}

function denied(message: string, retriable = false): TransportError {
  return new TransportError('BRIDGE_DENIED', message, retriable)
}

/** Brokers have a say in some messages: a log line stays one. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 500)
}
