import { wrong } from '../options/check.js'

/** A place in a partition, with the leader epoch in which it was read; -1 where that is not known (KIP-320). */
export interface EpochOffset {
  epoch: number
  offset: bigint
}

/** Orders by epoch, then by offset. */
export const isLess = (a: EpochOffset, b: EpochOffset): boolean => a.epoch < b.epoch || (a.epoch === b.epoch && a.offset < b.offset)

type Kind = 'exact' | 'start' | 'end' | 'after-milli' | 'committed'

/** Where to begin to consume: immutable, built by its static methods. */
export class Offset {
  private constructor(
    readonly kind: Kind,
    /** The offset, or the milliseconds of `afterMilli`. */
    readonly value: bigint,
    /** Added to what `kind` resolves to; the sum is kept within the log. */
    readonly delta: bigint,
    readonly epoch: number,
    /** Whether an offset outside of the log is an error, instead of a reason to go where `consumer.resetOffset` says. */
    readonly isNoReset = false,
  ) {}

  /**
   * This offset. What lies outside of the log is handled by `consumer.resetOffset`. As in kgo and on the wire, -1n is the end, -2n and below the start.
   * @throws ClientError `INVALID_OPTION` when it is no bigint, as all methods here do for what is not theirs.
   */
  static at(offset: bigint): Offset {
    whole('Offset.at', offset)
    if (offset < 0n) return offset === -1n ? Offset.atEnd() : Offset.atStart()
    return new Offset('exact', offset, 0n, -1)
  }
  /** The oldest record that is there. */
  static atStart(): Offset {
    return new Offset('start', -2n, 0n, -1)
  }
  /** The next record that comes. */
  static atEnd(): Offset {
    return new Offset('end', -1n, 0n, -1)
  }
  /** The first record whose timestamp is this one or later, in ms since the epoch; the end when there is none. */
  static afterMilli(timestampMs: bigint): Offset {
    whole('Offset.afterMilli', timestampMs)
    return new Offset('after-milli', timestampMs, 0n, -1)
  }
  /** Begins at `from`, by default the start; when the log turns out not to have an offset, the partition stops with the error. For `resetOffset`. */
  static noReset(from = Offset.atStart()): Offset {
    return new Offset(from.kind, from.value, from.delta, from.epoch, true)
  }
  /** Where the group committed. Partitions that are consumed without a group have no such place: `NO_OFFSET`. */
  static atCommitted(): Offset {
    return new Offset('committed', -1n, 0n, -1)
  }

  /** So many records further on, or back when negative. */
  relative(n: bigint): Offset {
    whole('Offset.relative', n)
    return new Offset(this.kind, this.value, this.delta + n, this.epoch, this.isNoReset)
  }
  /** The epoch of the leader that wrote what comes before an exact offset: whether the log lost it since is asked first (KIP-320). */
  withEpoch(epoch: number): Offset {
    if (!Number.isInteger(epoch)) throw wrong('what Offset.withEpoch takes', 'a whole number', epoch)
    return new Offset(this.kind, this.value, this.delta, Math.max(-1, epoch), this.isNoReset)
  }
  epochOffset(): EpochOffset {
    return { epoch: this.epoch, offset: this.kind === 'start' ? -2n : this.kind === 'exact' ? this.value : -1n }
  }

  /** Whether it has to be looked up. */
  get isPlace(): boolean {
    return this.kind !== 'exact' || this.delta !== 0n
  }

  toString(): string {
    const delta = this.delta === 0n ? '' : this.delta > 0n ? `+${this.delta}` : `${this.delta}`
    const epoch = this.epoch < 0 ? '' : ` e${this.epoch}`
    const { value, kind } = this
    const at = kind === 'exact' ? value : kind === 'after-milli' ? `after ${value} ms` : kind
    return `${at}${delta}${epoch}${this.isNoReset ? ', no reset' : ''}`
  }
  toJSON(): string {
    return this.toString()
  }
}

function whole(method: string, value: unknown): void {
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value)
    throw wrong(`what ${method} takes`, 'a bigint of 64 bits, such as 5n', value)
}
