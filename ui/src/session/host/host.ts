/** The session itself: one client, one recorder, any number of pages. It knows no worker and no window. */

import { listTopics } from '../kafka/topics.js'
import type { Port } from '../port-session.js'
import type { GroupList } from '../protocol.js'
import type { Buffers } from '../recorder/figures.js'
import type { Recorder } from '../recorder/recorder.js'
import { servePort } from '../serve-port.js'
import { Connector, type ConnectorEnvironment } from './connector.js'
import { handlersFor, KnownTopics } from './handlers.js'
import type { WireRoom } from './wire-room.js'

export interface HostEnvironment extends Omit<ConnectorEnvironment, 'hooks'> {
  recorder: Recorder
}

const GAUGE_MS = 1_000
const noBuffers: Buffers = { fetchRecords: 0, fetchBytes: 0, fetchLimit: 0, produceRecords: 0, produceLimit: 0 }

export class Host {
  readonly recorder: Recorder
  readonly connector: Connector
  readonly topics: KnownTopics
  readonly groupTypes = new GroupTypes()
  private room: Promise<WireRoom> | null = null
  private pages = 0
  private readonly hidden = new Set<number>()
  private readonly open = new Set<number>()

  constructor(private readonly env: HostEnvironment) {
    this.recorder = env.recorder
    this.connector = new Connector({ ...env, hooks: [env.recorder] })
    this.topics = new KnownTopics(
      async (names, options) => listTopics(await this.connector.connected(), names, options, this.now),
      this.now,
    )
    this.gauge()
  }

  get now(): () => number {
    return this.env.now
  }

  sleep = (ms: number): Promise<void> => new Promise(resolve => void this.env.setTimeout(resolve, ms))
  topicName = (topicId: string): string | undefined => this.connector.current?.topicName(topicId)
  buffers = (): Buffers => this.connector.current?.buffers() ?? noBuffers

  brokerAddress = (nodeId: number): string | null => {
    const broker = this.connector.status.brokers.find(one => one.nodeId === nodeId)
    return broker ? `${broker.host}:${broker.port}` : null
  }

  /** A load that failed is tried again by the next one who asks. */
  wireRoom(): Promise<WireRoom> {
    this.room ??= import('./wire-room.js').then(
      ({ WireRoom }) => new WireRoom(this),
      error => {
        this.room = null
        throw error
      },
    )
    return this.room
  }

  /** Serves a page until it says goodbye; the function returned says it in its place. */
  serve(port: Port): () => void {
    const page = ++this.pages
    this.open.add(page)
    servePort(port, handlersFor(this, page), () => {
      this.open.delete(page)
      this.hidden.delete(page)
    })
    return () => {
      if (this.open.has(page)) port.onmessage?.(new MessageEvent('message', { data: { is: 'bye' } }))
    }
  }

  setVisible(page: number, visible: boolean): void {
    if (visible) this.hidden.delete(page)
    else this.hidden.add(page)
  }

  isVisible(page: number): boolean {
    return !this.hidden.has(page)
  }

  /** How full the buffers are, once a second while there is a client. */
  private gauge(): void {
    const { fetchBytes, produceRecords } = this.buffers()
    if (fetchBytes > 0) this.recorder.tally.gauge(this.now(), 'fetchBuffered', fetchBytes)
    if (produceRecords > 0) this.recorder.tally.gauge(this.now(), 'produceBuffered', produceRecords)
    this.env.setTimeout(() => this.gauge(), GAUGE_MS)
  }
}

/** The types of groups as the last listing told them: which describe to ask first. */
class GroupTypes {
  private types = new Map<string, string | null>()

  put({ groups }: GroupList): void {
    this.types = new Map(groups.map(({ group, type }) => [group, type]))
  }

  of = (group: string): string | null => this.types.get(group) ?? null
}
