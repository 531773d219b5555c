/** A place in a partition, with the leader epoch in which it was read; -1 where that is not known (KIP-320). */
export interface EpochOffset {
  epoch: number
  offset: bigint
}

/** Orders by epoch, then by offset. */
export const isLess = (a: EpochOffset, b: EpochOffset): boolean => a.epoch < b.epoch || (a.epoch === b.epoch && a.offset < b.offset)

type Kind = 'exact' | 'start' | 'end' | 'after-milli' | 'no-reset'

/** Where to begin to consume: immutable, built by its static methods. */
export class Offset {
  private constructor(
    readonly kind: Kind,
    /** The offset, or the milliseconds of `afterMilli`. */
    readonly value: bigint,
    /** Added to what `kind` resolves to; the sum is kept within the log. */
    readonly delta: bigint,
    readonly epoch: number,
  ) {}

  /** This offset. What lies outside of the log is handled by `consumer.resetOffset`. */
  static at(offset: bigint): Offset {
    if (typeof offset !== 'bigint' || offset < 0n) throw new TypeError(`Offset.at takes a bigint from 0n, not ${String(offset)}`)
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
    if (typeof timestampMs !== 'bigint') throw new TypeError(`Offset.afterMilli takes a bigint of milliseconds, not ${String(timestampMs)}`)
    return new Offset('after-milli', timestampMs, 0n, -1)
  }
  /** As `consumer.resetOffset`: an offset outside of the log is an error. */
  static noReset(): Offset {
    return new Offset('no-reset', -1n, 0n, -1)
  }

  /** So many records further on, or back when negative. */
  relative(n: bigint): Offset {
    return new Offset(this.kind, this.value, this.delta + n, this.epoch)
  }
  withEpoch(epoch: number): Offset {
    return new Offset(this.kind, this.value, this.delta, Math.max(-1, epoch))
  }
  epochOffset(): EpochOffset {
    return { epoch: this.epoch, offset: this.kind === 'start' ? -2n : this.kind === 'exact' ? this.value : -1n }
  }

  toString(): string {
    const delta = this.delta === 0n ? '' : this.delta > 0n ? `+${this.delta}` : `${this.delta}`
    const epoch = this.epoch < 0 ? '' : ` e${this.epoch}`
    const at = { exact: `${this.value}`, start: 'start', end: 'end', 'after-milli': `after ${this.value} ms`, 'no-reset': 'no reset' }[
      this.kind
    ]
    return `${at}${delta}${epoch}`
  }
  toJSON(): string {
    return this.toString()
  }
}
