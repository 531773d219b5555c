import { murmur2 } from '../../bytes/murmur2.js'
import type { Codec } from '../../compression/codec.js'
import type { Random } from '../../random.js'
import type { BatchRecordInput } from '../../records/encode.js'
import type { Sandbox } from '../sandbox.js'
import { addSequence } from '../state/producer-state.js'
import { bytesOf, type Source } from './source.js'

/** Writes the events of one topic as its producers would: by key to the partition that murmur2 gives, in batches, in sequence. */
export class SampleWriter {
  readonly #events: { next(atMs: number): Omit<BatchRecordInput, 'timestamp'> }
  readonly #waiting: BatchRecordInput[][]
  /** How many records each partition's next batch will have. */
  readonly #sizes: number[]
  /** The next sequence of each producer on each partition. */
  readonly #sequences = new Map<string, number>()
  readonly #partitions: number
  #unkeyed = 0

  constructor(
    private readonly sandbox: Sandbox,
    private readonly source: Source,
    private readonly random: Random,
    private readonly codec: Codec | undefined,
  ) {
    this.#partitions = source.topic.partitions ?? 1
    this.#events = source.events(random)
    this.#waiting = Array.from({ length: this.#partitions }, () => [])
    this.#sizes = this.#waiting.map(() => this.#size())
  }

  /** Makes one event and writes its partition's batch when it is full. */
  write(atMs: number): void {
    const event = this.#events.next(atMs)
    const partition = event.key == null ? this.#unkeyed : this.#partitionOf(event.key)
    const waiting = this.#waiting[partition]
    waiting.push({ ...event, timestamp: BigInt(Math.floor(atMs)) })
    if (waiting.length >= this.#sizes[partition]) this.#flush(partition)
  }

  /** Writes what waits, full or not. */
  flush(): void {
    for (let partition = 0; partition < this.#partitions; partition++) if (this.#waiting[partition].length > 0) this.#flush(partition)
  }

  #partitionOf(key: Uint8Array | string): number {
    return (murmur2(typeof key === 'string' ? bytesOf(key) : key) & 0x7fffffff) % this.#partitions
  }

  #flush(partition: number): void {
    const records = this.#waiting[partition]
    this.#waiting[partition] = []
    this.#sizes[partition] = this.#size()
    // Records without a key stay with one partition until its batch is full (KIP-480).
    this.#unkeyed = this.random.int(0, this.#partitions - 1)
    const producer = this.#producer()
    const sequence = producer === undefined ? -1 : this.#sequence(producer, partition, records.length)
    const transactional = this.source.transactional ?? false
    const identity = { producerId: producer ?? -1n, producerEpoch: producer === undefined ? -1 : 2, baseSequence: sequence, transactional }
    // At its default level gzip may work asynchronously.
    const level = this.codec?.name === 'gzip' ? 9 : undefined
    this.sandbox.append(this.source.name, partition, records, { ...identity, codec: this.codec, level, skip: this.#skip(partition) })
    if (transactional && producer !== undefined) this.#end(partition, producer)
  }

  #end(partition: number, producerId: bigint): void {
    this.sandbox.endTransaction(this.source.name, partition, {
      producerId,
      producerEpoch: 2,
      how: this.random.chance(0.08) ? 'abort' : 'commit',
    })
  }

  /** The first record of a partition does not have offset 0: older ones are gone. */
  #skip(partition: number): bigint {
    const { offset, gap } = this.source
    const { end } = this.sandbox.offsets(this.source.name, partition)
    if (end === 0n && offset > 0) return BigInt(offset + this.random.int(0, Math.floor(offset / 50)))
    return BigInt(gap && this.random.chance(0.6) ? this.random.int(1, gap) : 0)
  }

  #producer(): bigint | undefined {
    const { producers } = this.source
    return producers && producers.firstId + BigInt(this.random.int(0, producers.count - 1))
  }

  #sequence(producer: bigint, partition: number, records: number): number {
    const key = `${producer}/${partition}`
    const sequence = this.#sequences.get(key) ?? 0
    this.#sequences.set(key, addSequence(sequence, records))
    return sequence
  }

  #size(): number {
    return this.random.int(Math.ceil(this.source.batch / 3), this.source.batch)
  }
}
