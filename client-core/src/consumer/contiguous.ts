import type { EpochOffset } from './offset.js'

/** What is needed of a record: any `KafkaRecord` will do. */
export interface PlacedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly leaderEpoch: number
}

/**
 * Finds the offsets that are safe to commit when records are worked on side by side and end in any order: no record below a committed offset is
 * unfinished, whatever ended after it. `begin` each record as it is polled, `done` when it is finished; a record that is never done holds its
 * partition's offset for good. Costs memory for the records between the first unfinished one and the last that began.
 */
export class ContiguousOffsets {
  readonly #windows = new Map<string, Map<number, Window>>()

  /** In the order of offsets, as polls give them. One at or below the last means that the partition is read again from there. */
  begin({ topic, partition, offset, leaderEpoch }: PlacedRecord): void {
    let partitions = this.#windows.get(topic)
    if (!partitions) this.#windows.set(topic, (partitions = new Map()))
    let window = partitions.get(partition)
    if (!window) partitions.set(partition, (window = new Window()))
    window.begin(offset, leaderEpoch)
  }

  /** Twice is once; a record that was not begun, or whose partition was forgotten since, is ignored. */
  done({ topic, partition, offset }: Pick<PlacedRecord, 'topic' | 'partition' | 'offset'>): void {
    this.#windows.get(topic)?.get(partition)?.done(offset)
  }

  /** The highest offset of a partition that is safe to commit; undefined while its first record is unfinished. */
  committable(topic: string, partition: number): EpochOffset | undefined {
    return this.#windows.get(topic)?.get(partition)?.committable
  }

  /** The same for all partitions that have one. */
  offsets(): Map<string, Map<number, EpochOffset>> {
    const all = new Map<string, Map<number, EpochOffset>>()
    for (const [topic, partitions] of this.#windows) {
      const offsets = new Map<number, EpochOffset>()
      for (const [partition, { committable }] of partitions) if (committable) offsets.set(partition, committable)
      if (offsets.size > 0) all.set(topic, offsets)
    }
    return all
  }

  /** Records that began and are not done: of a partition, or of all. */
  unfinished(topic?: string, partition?: number): number {
    let n = 0
    for (const [name, partitions] of this.#windows) {
      if (topic !== undefined && name !== topic) continue
      for (const [number, window] of partitions) if (partition === undefined || number === partition) n += window.unfinished
    }
    return n
  }

  /** For partitions that are no longer ours: what ends later is not for us to commit. */
  forget(topic: string, partition?: number): void {
    if (partition !== undefined) this.#windows.get(topic)?.delete(partition)
    if (partition === undefined || this.#windows.get(topic)?.size === 0) this.#windows.delete(topic)
  }
}

/** Finished records in front are let go of when there are so many, and more of them than others. */
const worthCompacting = 1024

/** The records of one partition from the last that counts as finished on, in order. */
class Window {
  readonly #offsets: bigint[] = []
  readonly #epochs: number[] = []
  readonly #done: boolean[] = []
  /** The first unfinished one. */
  #head = 0
  unfinished = 0

  begin(offset: bigint, epoch: number): void {
    const last = this.#offsets[this.#offsets.length - 1]
    if (last !== undefined && offset <= last) this.#rewind(this.#indexOf(offset))
    this.#offsets.push(offset)
    this.#epochs.push(epoch)
    this.#done.push(false)
    this.unfinished++
  }

  #rewind(index: number): void {
    for (let i = index; i < this.#done.length; i++) if (!this.#done[i]) this.unfinished--
    this.#offsets.length = this.#epochs.length = this.#done.length = index
    this.#head = Math.min(this.#head, index)
  }

  done(offset: bigint): void {
    const index = this.#indexOf(offset)
    if (this.#offsets[index] !== offset || this.#done[index]) return
    this.#done[index] = true
    this.unfinished--
    while (this.#done[this.#head]) this.#head++
    if (this.#head > worthCompacting && this.#head > this.#offsets.length / 2) this.#compact()
  }

  /** All in front of the first unfinished record is done: its offset is the highest that is safe, behind a gap, too. */
  get committable(): EpochOffset | undefined {
    if (this.#head === 0) return undefined
    const before = this.#head - 1
    return { offset: this.#offsets[this.#head] ?? this.#offsets[before] + 1n, epoch: this.#epochs[before] }
  }

  #compact(): void {
    const gone = this.#head - 1
    for (const array of [this.#offsets, this.#epochs, this.#done]) array.splice(0, gone)
    this.#head = 1
  }

  /** Where the offset is, or would be. */
  #indexOf(offset: bigint): number {
    let low = 0
    let high = this.#offsets.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#offsets[middle] < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
