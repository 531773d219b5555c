/**
 * One row per request in a struct of arrays: 77 bytes a row, nothing allocated per event. A row lives at `requestId % capacity`: ids count up
 * without gaps, so the ring needs no index, order of ids is order of start, and a row is still there while its slot holds its id.
 */
export const DONE = 1
/** The transport failed; the words are in `errorOf`. */
export const FAILED = 2
/** acks=0: no answer will come. */
export const SILENT = 4
export const SLOW = 8
/** The answer's error codes have been looked at; `errno` is what was found. */
export const LOOKED = 16
/** A long poll that came back empty when its time was over. */
export const IDLE = 32
export const REQUEST_KEPT = 64
export const RESPONSE_KEPT = 128
/** The frame was larger than one frame may be. */
export const TOO_LARGE = 256
/** The broker already waited (before KIP-219), rather than asking the client to wait. */
export const THROTTLED_BEFORE = 512
/** Given up on our side: nobody waited for the answer any more. */
export const CANCELLED = 1024

export class RequestRing {
  readonly id: Int32Array
  readonly startedAt: Float64Array
  readonly apiKey: Int16Array
  readonly apiVersion: Uint8Array
  readonly attempt: Uint8Array
  readonly broker: Int32Array
  readonly connection: Int32Array
  readonly correlation: Int32Array
  /** −1: not a retry. */
  readonly retryOf: Int32Array
  readonly initiator: Uint16Array
  readonly sent: Uint32Array
  readonly received: Uint32Array
  readonly queueMs: Float32Array
  readonly writeMs: Float32Array
  readonly waitMs: Float32Array
  readonly readMs: Float32Array
  /** How long the request allowed the broker to park it. */
  readonly parkMs: Float32Array
  /** How long it probably was. */
  readonly parkedMs: Float32Array
  readonly throttleMs: Float32Array
  readonly flags: Uint16Array
  readonly errno: Int16Array
  private readonly errors = new Map<number, string>()
  /** The highest id that was opened; −1 when there is none. */
  last = -1
  private cleared = 0

  constructor(readonly capacity: number) {
    this.id = new Int32Array(capacity).fill(-1)
    this.startedAt = new Float64Array(capacity)
    this.apiKey = new Int16Array(capacity)
    this.apiVersion = new Uint8Array(capacity)
    this.attempt = new Uint8Array(capacity)
    this.broker = new Int32Array(capacity)
    this.connection = new Int32Array(capacity)
    this.correlation = new Int32Array(capacity)
    this.retryOf = new Int32Array(capacity)
    this.initiator = new Uint16Array(capacity)
    this.sent = new Uint32Array(capacity)
    this.received = new Uint32Array(capacity)
    this.queueMs = new Float32Array(capacity)
    this.writeMs = new Float32Array(capacity)
    this.waitMs = new Float32Array(capacity)
    this.readMs = new Float32Array(capacity)
    this.parkMs = new Float32Array(capacity)
    this.parkedMs = new Float32Array(capacity)
    this.throttleMs = new Float32Array(capacity)
    this.flags = new Uint16Array(capacity)
    this.errno = new Int16Array(capacity)
  }

  /** The lowest id that can still be there. */
  get first(): number {
    return Math.max(this.cleared, this.last - this.capacity + 1)
  }

  /** Opens the row of a request and wipes what its slot held; −1 when the id is older than what the ring holds. */
  open(id: number): number {
    if (id < this.first) return -1
    const slot = id % this.capacity
    if (this.id[slot] !== -1) this.errors.delete(slot)
    this.id[slot] = id
    this.received[slot] = 0
    this.waitMs[slot] = 0
    this.readMs[slot] = 0
    this.parkedMs[slot] = 0
    this.throttleMs[slot] = 0
    this.flags[slot] = 0
    this.errno[slot] = 0
    if (id > this.last) this.last = id
    return slot
  }

  /** The slot of a request; −1 when it was never here or has been overwritten. */
  slot(id: number): number {
    const slot = id % this.capacity
    return id >= 0 && this.id[slot] === id ? slot : -1
  }

  has(slot: number, flag: number): boolean {
    return (this.flags[slot] & flag) !== 0
  }

  setError(slot: number, words: string): void {
    this.flags[slot] |= FAILED
    this.errors.set(slot, words.length > 300 ? `${words.slice(0, 299)}…` : words)
  }

  errorOf(slot: number): string {
    return this.errors.get(slot) ?? ''
  }

  /** From the write to the end of the answer; the queue is not counted, as in kgo's `durationE2E`. */
  durationMs(slot: number): number {
    return this.writeMs[slot] + this.waitMs[slot] + this.readMs[slot]
  }

  latencyMs(slot: number): number {
    return this.durationMs(slot) - this.parkedMs[slot]
  }

  /** When the write began, ms since the epoch. */
  wroteAt(slot: number): number {
    return this.startedAt[slot] + this.queueMs[slot]
  }

  /** When the answer was there. */
  endedAt(slot: number): number {
    return this.wroteAt(slot) + this.durationMs(slot)
  }

  clear(): void {
    this.id.fill(-1)
    this.errors.clear()
    this.cleared = this.last + 1
  }
}
