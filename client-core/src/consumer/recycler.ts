import type { Clock, TimerHandle } from '../clock.js'
import type { AnswerMemory } from '../cluster/pending.js'
import type { FetchResponse } from '../protocol/api/fetch.js'
import type { Lease } from '../records/lease.js'
import type { FetchPartition } from './fetches.js'

/** Smaller memory costs less to make anew than to keep. */
const least = 4096
/** As much memory may wait to be used again. */
const most = 128 * 2 ** 20
/** What waited for so long, and up to twice as long, is let go of; in ms. */
const restMs = 10_000

type Waiting = Map<number, ArrayBuffer[]>

/**
 * Memory of one consumer's answers, lent to frames and to what is decompressed out of them, and lent again once all that was read from it was
 * recycled. Loaded with the first `Fetches.recycle()`.
 */
export class Recycler {
  /** By size: what came back lately, and what lay here when the timer last ran. */
  #fresh: Waiting = new Map()
  #rested: Waiting = new Map()
  #bytes = 0
  #timer: TimerHandle | undefined
  #isClosed = false

  constructor(private readonly clock: Clock) {}

  /** Bytes that wait to be used again. */
  get bytes(): number {
    return this.#bytes
  }

  /** Memory for one answer to Fetch. */
  answer(): FetchedAnswer {
    return new FetchedAnswer(this)
  }

  /** Its buffer may be larger: sizes are rounded up by a quarter at most, so that answers of about a size can use each other's memory. */
  lend(length: number, from?: Lease): Lease {
    if (length < least) return new Lent(this, new Uint8Array(length), from)
    const step = 1 << (29 - Math.clz32(length))
    const size = Math.ceil(length / step) * step
    const buffer = this.#take(this.#fresh, size) ?? this.#take(this.#rested, size) ?? new ArrayBuffer(size)
    return new Lent(this, new Uint8Array(buffer, 0, length), from)
  }

  #take(waiting: Waiting, size: number): ArrayBuffer | undefined {
    const buffer = waiting.get(size)?.pop()
    if (buffer) this.#bytes -= size
    return buffer
  }

  /** Nothing that is in these records is looked at any more. */
  recycle(partitions: readonly FetchPartition[]): void {
    for (const { records } of partitions) for (const { batch } of records.runs) batch.lease?.release()
  }

  /**
   * Takes memory back. Views of it become empty: whoever kept one sees nothing, and not another record's bytes. What a program handed on (`postMessage`
   * with a transfer list) is gone already.
   */
  give(buffer: ArrayBuffer): void {
    const size = buffer.byteLength
    if (size < least) return
    const own = moved(buffer)
    if (this.#isClosed || this.#bytes + size > most) return
    const waiting = this.#fresh.get(size)
    if (waiting) waiting.push(own)
    else this.#fresh.set(size, [own])
    this.#bytes += size
    this.#timer ??= this.clock.setTimeout(this.#rest, restMs)
  }

  readonly #rest = (): void => {
    for (const [size, { length }] of this.#rested) this.#bytes -= size * length
    this.#rested = this.#fresh
    this.#fresh = new Map()
    this.#timer = this.#bytes > 0 ? this.clock.setTimeout(this.#rest, restMs) : undefined
  }

  close(): void {
    this.#isClosed = true
    this.clock.clearTimeout(this.#timer)
    this.#fresh = this.#rested = new Map()
    this.#bytes = 0
  }
}

/** The memory under another array; the one before is detached. Node 20 lacks `transfer`. */
function moved(buffer: ArrayBuffer & { transfer?(): ArrayBuffer }): ArrayBuffer {
  return buffer.transfer?.() ?? structuredClone(buffer, { transfer: [buffer] })
}

class Lent implements Lease {
  #holders = 0

  constructor(
    private readonly owner: Recycler,
    readonly bytes: Uint8Array<ArrayBuffer>,
    private readonly from: Lease | undefined,
  ) {}

  hold(): void {
    if (this.#holders++ === 0) this.from?.hold()
  }
  release(): void {
    if (--this.#holders > 0) return
    this.owner.give(this.bytes.buffer)
    this.from?.release()
  }
  lend(length: number): Lease {
    return this.owner.lend(length, this)
  }
}

/** What one answer to Fetch is read into. */
export class FetchedAnswer implements AnswerMemory {
  #frame: Lease | undefined
  #isKept = false

  constructor(private readonly recycler: Recycler) {}

  room(length: number): Uint8Array {
    this.#frame = this.recycler.lend(length)
    return this.#frame.bytes
  }
  keep(): void {
    this.#isKept = true
  }

  /**
   * Of the answer that came. Where it lies in memory of the transport's (a message of the bridge), or a hook has its frame, only what is decompressed
   * is lent; memory that another connection began to fill, and may still fill, is never used again.
   */
  leaseOf({ responses }: FetchResponse): Lease {
    const buffer = this.#isKept ? undefined : this.#frame?.bytes.buffer
    const isHere = responses.some(topic => topic.partitions.some(({ records }) => records?.buffer === buffer))
    return this.#frame && isHere ? this.#frame : this.recycler.lend(0)
  }
}
