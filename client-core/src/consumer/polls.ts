import { aborted } from '../cluster/retry.js'
import { ClientError } from '../error.js'
import type { Cursor } from './cursor.js'
import { Fetches, type FetchPartition, newErrFetch, type Recycling } from './fetches.js'
import type { BufferedPartition, Source, SourceOwner } from './source.js'

export interface PollsOwner
  extends Recycling,
    Pick<SourceOwner, 'options' | 'inbox' | 'isStopped' | 'recordHooks' | 'isPaused' | 'onSettled'> {
  /** What the cursor's fetch brought was given out: it is idle, behind it. */
  onTaken(cursor: Cursor): void
}

/** Takes what sources have and gives it out, as much as is asked for; where it ends, cursors go on. */
export class Polls {
  /** `sources`: in the order in which they are served. */
  constructor(
    private readonly owner: PollsOwner,
    private readonly sources: Map<number, Source>,
  ) {}

  /** What there is, at most `max` records; waits for something unless told not to. */
  async poll(max: number, signal: AbortSignal | undefined, wait: boolean): Promise<Fetches> {
    for (;;) {
      if (this.owner.isStopped) return newErrFetch(new ClientError('CLIENT_CLOSED', 'the client was closed'))
      if (signal?.aborted) return newErrFetch(aborted(signal))
      const partitions = this.#takeReady(max)
      if (partitions.length > 0) return new Fetches(partitions, this.owner)
      if (!wait) return new Fetches([])
      await this.owner.inbox.waken(signal)
    }
  }

  #takeReady(max: number): FetchPartition[] {
    const out = this.owner.inbox.take()
    let left = max
    for (const source of [...this.sources.values()]) {
      if (!source.isReady) continue
      if (left <= 0) break
      const rest: BufferedPartition[] = []
      for (const buffered of source.take()) {
        if (left <= 0) rest.push(buffered)
        else left -= this.#takePartition(buffered, left, out, rest)
      }
      if (rest.length === 0) {
        // Who was served goes behind the others.
        this.sources.delete(source.nodeId)
        this.sources.set(source.nodeId, source)
      }
      source.putBack(rest)
    }
    this.owner.onSettled()
    return out
  }

  /** Moves the cursor behind what is given out. Data of a paused partition is dropped; it is fetched again from the same place. */
  #takePartition(buffered: BufferedPartition, max: number, out: FetchPartition[], rest: BufferedPartition[]): number {
    const { cursor, fetched } = buffered
    const { recordHooks, options } = this.owner
    const isCurrent = cursor.era === buffered.era
    if (!isCurrent || this.owner.isPaused(cursor)) {
      if (isCurrent) cursor.state = 'idle'
      recordHooks?.unbuffered(fetched.records, false)
      return 0
    }
    const [now, later] = fetched.records.split(max)
    recordHooks?.unbuffered(now, true)
    const last = now.runs.at(-1)
    if (last && later.length > 0) {
      const [first] = later.runs[0]
      cursor.offset = first.offset
      cursor.lastTimestamp = first.timestamp
      cursor.lastEpoch = last.batch.partitionLeaderEpoch
      out.push({ ...fetched, nextOffset: cursor.offset, records: now })
      rest.push({ ...buffered, fetched: { ...fetched, records: later } })
      return now.length
    }
    if (last) cursor.lastTimestamp = last.lastTimestamp
    if (last || fetched.error || options.keepEmptyFetches) out.push({ ...fetched, records: now })
    cursor.offset = buffered.nextOffset
    cursor.lastEpoch = buffered.lastEpoch
    if (cursor.state === 'fetching') cursor.state = 'idle'
    this.owner.onTaken(cursor)
    return now.length
  }
}
