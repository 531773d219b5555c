/**
 * The way to the cluster and back to it: asks the bridge, makes the client, reads metadata, reaches each broker; tries again by itself when it is
 * lost. It owns the one `SessionStatus` that every page sees.
 */
import type { BrokerConnectEvent, Hooks } from '@milena/client-core'
import { MetadataRequest, type MetadataResponse } from '@milena/client-core/protocol'
import type { SessionClient } from '../kafka/client.js'
import { clientFault, faultFrom } from '../kafka/faults.js'
import type { BrokerStatus, Fault, OpenSession, SessionStatus } from '../protocol.js'
import { SessionError } from '../session.js'
import type { BridgeInfo } from './bridge-info.js'
import { afterBrokers, afterSeedDial, startingSteps, withStep } from './ladder.js'

export interface ConnectorEnvironment {
  home: SessionStatus['home']
  readInfo(bridge: string, token: string | null, signal: AbortSignal): Promise<BridgeInfo>
  makeClient(settings: {
    bridge: string
    token: string | null
    cluster: string
    seeds: readonly string[]
    hooks: readonly Hooks[]
  }): SessionClient
  /** Beside the connector's own. */
  hooks: readonly Hooks[]
  now(): number
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

/** A cluster with more brokers than this is not greeted one by one: they are reached when they are needed. */
const GREETED = 12
const LEAST_PAUSE_MS = 1_000
const MOST_PAUSE_MS = 30_000
const INITIATOR = 'connect'
/** The bridge's name for the cluster that `npm start` makes up. */
const SANDBOX = 'sandbox'

export class Connector {
  status: SessionStatus
  private client: SessionClient | null = null
  private opened: OpenSession | null = null
  private trying: Promise<void> | null = null
  private timer: unknown = null
  private abort = new AbortController()
  private readonly listeners = new Set<(status: SessionStatus) => void>()
  private readonly waiting: ((client: SessionClient | Fault) => void)[] = []

  constructor(private readonly env: ConnectorEnvironment) {
    this.status = {
      state: 'idle',
      cluster: { name: '-', id: null, environment: 'local', kind: 'kafka' },
      readOnly: null,
      brokers: [],
      steps: [],
      fault: null,
      attempt: 0,
      nextAttemptAt: null,
      home: env.home,
    }
  }

  subscribe(listener: (status: SessionStatus) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /**
   * Starts, or joins what runs already. A page with another token comes from a bridge that was started anew, or from an old bookmark: while there is
   * a session that works, the bridge itself says which.
   */
  open(params: OpenSession): void {
    const same = this.opened && this.opened.bridge === params.bridge && (params.token === null || this.opened.token === params.token)
    if (same && this.status.state !== 'offline') return
    if (same) void this.tryNow()
    else if (this.status.state === 'connected') void this.switchTo(params)
    else this.begin(params)
  }

  retry(): Promise<void> {
    return this.tryNow()
  }

  /** The client once there is a connection; rejects with the fault that keeps it offline. */
  connected(): Promise<SessionClient> {
    const { client, status } = this
    if (client && status.state === 'connected') return Promise.resolve(client)
    if (status.state === 'offline' && status.fault) return Promise.reject(new SessionError(status.fault))
    return new Promise((resolve, reject) => {
      this.waiting.push(result => ('code' in result ? reject(new SessionError(result)) : resolve(result)))
    })
  }

  /** What is there, connected or not: for figures. */
  get current(): SessionClient | null {
    return this.client
  }

  private begin(params: OpenSession): void {
    this.drop()
    this.opened = params
    void this.tryNow()
  }

  private async switchTo(params: OpenSession): Promise<void> {
    try {
      await this.env.readInfo(params.bridge, params.token, this.abort.signal)
    } catch {
      // Not a token of the bridge that runs: the page joins the session that works.
      return
    }
    this.begin(params)
  }

  private tryNow(): Promise<void> {
    this.env.clearTimeout(this.timer)
    this.timer = null
    this.trying ??= this.attempt().finally(() => {
      this.trying = null
    })
    return this.trying
  }

  private async attempt(): Promise<void> {
    const { opened } = this
    if (!opened) return
    const { signal } = this.abort
    const attempt = this.status.attempt + 1
    this.set({ state: 'connecting', attempt, nextAttemptAt: null, steps: startingSteps(opened.bridge) })
    try {
      const client = await this.viaBridge(opened, signal)
      await this.viaMetadata(client, signal)
      signal.throwIfAborted()
      this.set({ state: 'connected', attempt: 0, fault: null })
      for (const settle of this.waiting.splice(0)) settle(client)
      await this.greet(client, signal)
    } catch (error) {
      if (!signal.aborted) this.lost(faultFrom(error, 'Cluster not reached'))
    }
  }

  private async viaBridge(opened: OpenSession, signal: AbortSignal): Promise<SessionClient> {
    const started = this.env.now()
    let info: BridgeInfo
    try {
      info = await this.env.readInfo(opened.bridge, opened.token, signal)
    } catch (error) {
      const fault = faultFrom(error, 'Bridge not reached')
      this.set({ steps: withStep(this.status.steps, 'Bridge', { state: 'failed', durationMs: this.env.now() - started, fault }) })
      throw error
    }
    const [cluster] = info.clusters
    if (!cluster)
      throw new SessionError(
        clientFault('Cluster not reached', 'NO_CLUSTER', 'the bridge was started without a cluster', 'Start it with --brokers.'),
      )
    const note = `version ${info.version}`
    this.set({
      steps: withStep(withStep(this.status.steps, 'Bridge', { state: 'done', durationMs: this.env.now() - started, note }), 'Broker', {
        state: 'running',
        target: cluster.bootstrap.join(', '),
      }),
      cluster: { ...this.status.cluster, name: cluster.id, kind: cluster.id === SANDBOX ? 'sandbox' : 'kafka' },
    })
    const { bridge, token } = opened
    this.client ??= this.env.makeClient({
      bridge,
      token,
      cluster: cluster.id,
      seeds: cluster.bootstrap,
      hooks: [this.hooks(), ...this.env.hooks],
    })
    return this.client
  }

  private async viaMetadata(client: SessionClient, signal: AbortSignal): Promise<void> {
    const started = this.env.now()
    this.set({ steps: withStep(this.status.steps, 'Metadata', { state: 'running' }) })
    let answer: MetadataResponse
    try {
      answer = await client.request(MetadataRequest({ topics: [], allowAutoTopicCreation: false }), { signal, initiator: INITIATOR })
    } catch (error) {
      const steps = this.status.steps.map(one => (one.state === 'running' ? { ...one, state: 'waiting' as const } : one))
      const failed = steps.some(({ state }) => state === 'failed')
      this.set({ steps: failed ? steps : withStep(steps, 'Metadata', { state: 'failed', fault: faultFrom(error, 'Metadata not read') }) })
      throw error
    }
    const note = `${answer.brokers.length} broker${answer.brokers.length === 1 ? '' : 's'}`
    const steps = this.status.steps.map(one =>
      one.state === 'waiting' || one.state === 'running' ? { ...one, state: 'done' as const } : one,
    )
    this.set({
      steps: withStep(withStep(steps, 'Metadata', { durationMs: this.env.now() - started, note }), 'Brokers', { state: 'running' }),
      cluster: { ...this.status.cluster, id: answer.clusterId },
      brokers: this.named(answer),
    })
  }

  private named({ brokers, controllerId }: MetadataResponse): BrokerStatus[] {
    const before = new Map(this.status.brokers.map(broker => [broker.nodeId, broker]))
    return [...brokers]
      .sort((a, b) => a.nodeId - b.nodeId)
      .map(({ nodeId, host, port, rack }) => ({
        nodeId,
        host,
        port,
        rack,
        controller: nodeId === controllerId,
        state: before.get(nodeId)?.state ?? 'unknown',
        fault: before.get(nodeId)?.fault ?? null,
      }))
  }

  /** Each broker's own address must be reachable too; that it is not is the most common mistake in a cluster's settings. */
  private async greet(client: SessionClient, signal: AbortSignal): Promise<void> {
    const { brokers } = this.status
    if (brokers.length <= GREETED) {
      await Promise.allSettled(brokers.map(({ nodeId }) => client.reach(nodeId, { signal, initiator: INITIATOR })))
    }
    if (!signal.aborted) this.set({ steps: afterBrokers(this.status.steps, this.status.brokers) })
  }

  /** How brokers fare, learned from every connection that is made or lost. */
  private hooks(): Hooks {
    return {
      onBrokerConnect: event => this.onConnect(event),
    }
  }

  private onConnect(event: BrokerConnectEvent): void {
    const { broker, error } = event
    if (this.status.state === 'connecting' && this.status.steps.some(one => one.name === 'Metadata' && one.state !== 'done')) {
      if (broker.nodeId < 0 || error) this.set({ steps: afterSeedDial(this.status.steps, event) })
    }
    if (broker.nodeId < 0) return
    const fault = error ? faultFrom(error, `Broker ${broker.nodeId} not reached`, broker.nodeId) : null
    const brokers = this.status.brokers.map(one =>
      one.nodeId === broker.nodeId ? { ...one, state: fault ? ('unreachable' as const) : ('up' as const), fault } : one,
    )
    this.set({ brokers })
    const allLost = brokers.length > 0 && brokers.every(one => one.state === 'unreachable')
    if (fault && this.status.state === 'connected' && (allLost || fault.code.startsWith('BRIDGE_'))) this.lost(fault)
  }

  private lost(fault: Fault): void {
    const pause = Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** Math.min(10, Math.max(0, this.status.attempt - 1)))
    // Without its token a page can try for ever: only another URL helps.
    const willRetry = fault.code !== 'BRIDGE_UNAUTHENTICATED' && fault.code !== 'NO_CLUSTER'
    this.set({
      state: 'offline',
      fault,
      attempt: Math.max(1, this.status.attempt),
      nextAttemptAt: willRetry ? this.env.now() + pause : null,
    })
    for (const settle of this.waiting.splice(0)) settle(fault)
    this.env.clearTimeout(this.timer)
    if (willRetry) this.timer = this.env.setTimeout(() => void this.tryNow(), pause)
  }

  /** Lets go of the client that was made for another bridge or token. */
  private drop(): void {
    this.abort.abort()
    this.abort = new AbortController()
    this.trying = null
    void this.client?.close()
    this.client = null
    this.status = { ...this.status, attempt: 0, brokers: [], steps: [] }
  }

  private set(change: Partial<SessionStatus>): void {
    this.status = { ...this.status, ...change }
    for (const listener of [...this.listeners]) listener(this.status)
  }
}
