import type { TimerHandle } from '../clock.js'
import type { Cluster } from '../cluster/cluster.js'
import { leaderOf } from '../cluster/metadata.js'
import { isRetriable } from '../cluster/retry.js'
import { type ResponseShard, sendSharded } from '../cluster/routing.js'
import { ClientError } from '../error.js'
import { KafkaError } from '../protocol/errors.js'
import type { KafkaRequest, RequestMessage } from '../protocol/message.js'
import { inRealTime } from '../real-time.js'
import type { Cursor } from './cursor.js'
import { errorPartition } from './fetches.js'
import type { Inbox } from './inbox.js'
import type { ResolvedConsumerOptions } from './options.js'

const againMs = 1_000
const unknownTopicOrPartition = 3

/** What asking leaders takes, for code that is loaded later. */
export interface AskLeaders {
  send<M extends RequestMessage>(request: KafkaRequest<M>, minVersion?: number): Promise<ResponseShard<M>[]>
  /** The error of one partition. Default: it was not answered for. */
  refused(topic: string, partition: number, errorCode?: number): Error
}

/** A position that was found. */
export interface Placed {
  offset: bigint
  /** The epoch that wrote what comes before; -1 when it is not known. */
  epoch: number
  /** What a poll is told about it. */
  error?: Error
}

export interface PositionsOwner {
  readonly cluster: Cluster
  readonly options: ResolvedConsumerOptions
  readonly cursors: Iterable<Cursor>
  readonly inbox: Inbox
  /** The cursor is idle, at its new position. */
  onPlaced(cursor: Cursor): void
}

/**
 * Finds the positions of cursors that are `loading`: each is asked of its partition's leader, leaders side by side. What failed is asked again a
 * second later; what our side refuses (a login, a version) stops the partition.
 */
export class Positions {
  readonly #abort = new AbortController()
  readonly #timers = new Set<TimerHandle>()

  #isDue = false

  constructor(private readonly owner: PositionsOwner) {}

  /** The cursor's position is to be asked for, with the next `find`: many that come together are asked for together. */
  add(cursor: Cursor): void {
    cursor.state = 'loading'
    this.#isDue = true
  }

  /** Asks for what nobody asks for yet. Costs nothing when there is nothing. */
  find(): void {
    if (!this.#isDue) return
    this.#isDue = false
    const { cluster, cursors } = this.owner
    const groups = new Map<string, Cursor[]>()
    for (const cursor of cursors) {
      if (cursor.state !== 'loading' || cursor.askedEra === cursor.era) continue
      const view = cluster.metadata.topic(cursor.topic)?.partitions[cursor.partition]
      if (!view) {
        this.#isDue = true
        continue
      }
      cursor.askedEra = cursor.era
      const key = `${leaderOf(view)} ${cursor.validating}`
      const group = groups.get(key)
      if (group) group.push(cursor)
      else groups.set(key, [cursor])
    }
    for (const group of groups.values()) void this.#ask(group)
  }

  stop(): void {
    this.#abort.abort()
    for (const timer of this.#timers) this.owner.cluster.clock.clearTimeout(timer)
  }

  async #ask(group: readonly Cursor[]): Promise<void> {
    const { signal } = this.#abort
    const eras = new Map(group.map(c => [c, c.era]))
    let placed: Map<Cursor, Placed | Error>
    try {
      placed = await this.#placesOf(group)
    } catch (error) {
      placed = new Map(group.map(c => [c, error as Error]))
    }
    if (signal.aborted) return
    const failed = group.filter(cursor => {
      if (cursor.era !== eras.get(cursor) || cursor.state !== 'loading') return false
      return !this.#take(cursor, placed.get(cursor)!)
    })
    if (failed.length > 0) this.#later(failed, eras)
    this.find()
  }

  async #placesOf(group: readonly Cursor[]): Promise<Map<Cursor, Placed | Error>> {
    const { cluster, options } = this.owner
    const leaders: AskLeaders = {
      send: (request, minVersion) =>
        sendSharded(cluster, request, { initiator: options.initiator, signal: this.#abort.signal, minVersion }),
      refused: (topic, partition, code = unknownTopicOrPartition) => new KafkaError(code, `${topic} partition ${partition}`),
    }
    if (group[0].validating) return (await inRealTime(import('./epochs.js'))).validate(cluster, group, leaders)
    return (await inRealTime(import('./list-offsets.js'))).resolveOffsets(cluster, group, options.isolation === 'read_committed', leaders)
  }

  /** Returns false when it is to be asked again. */
  #take(cursor: Cursor, placed: Placed | Error): boolean {
    if (placed instanceof Error) {
      const isFinal = !isRetriable(placed)
      if (isFinal || this.owner.options.keepRetryableFetchErrors) this.#tell(cursor, placed)
      if (!isFinal || !(placed instanceof ClientError)) return false
      cursor.state = 'stopped'
      return true
    }
    if (placed.error) this.#tell(cursor, placed.error)
    cursor.offset = placed.offset
    cursor.lastEpoch = placed.epoch
    cursor.outOfRange = undefined
    cursor.validating = false
    cursor.askedEra = -1
    cursor.state = 'idle'
    this.owner.onPlaced(cursor)
    return true
  }

  #tell({ topic, partition }: Cursor, error: Error): void {
    this.owner.inbox.put(errorPartition(topic, partition, error))
  }

  #later(failed: readonly Cursor[], eras: ReadonlyMap<Cursor, number>): void {
    const { cluster } = this.owner
    cluster.refreshSoon()
    const timer = cluster.clock.setTimeout(() => {
      this.#timers.delete(timer)
      for (const cursor of failed) if (cursor.era === eras.get(cursor)) cursor.askedEra = -1
      this.#isDue = true
      this.find()
    }, againMs)
    this.#timers.add(timer)
  }
}
