/** What a leader remembers of a batch to recognise it when it comes again (KIP-98). */
interface WrittenBatch {
  firstSequence: number
  lastSequence: number
  baseOffset: bigint
  timestamp: bigint
}
interface Producer {
  epoch: number
  /** The last five batches, newest last: as many as a producer may have in flight. */
  batches: WrittenBatch[]
}
export interface SequencedBatch {
  producerId: bigint
  epoch: number
  baseSequence: number
  lastOffsetDelta: number
}
export type SequenceVerdict =
  | { is: 'next' }
  | { is: 'duplicate'; baseOffset: bigint; timestamp: bigint }
  | { is: 'refused'; error: 'INVALID_PRODUCER_EPOCH' | 'OUT_OF_ORDER_SEQUENCE_NUMBER'; why: string }

const WINDOW = 5
/** Bounds what made-up producer ids can take; Kafka forgets a producer after a day of silence instead. */
const MAX_PRODUCERS = 10_000
const MAX_SEQUENCE = 0x7fffffff

/** Sequences go from 2147483647 to 0. */
export function addSequence(sequence: number, increment: number): number {
  return sequence > MAX_SEQUENCE - increment ? increment - (MAX_SEQUENCE - sequence) - 1 : sequence + increment
}

/** The idempotent producers of one partition: their epochs and the sequences that they wrote last. */
export class ProducerStates {
  readonly #producers = new Map<bigint, Producer>()

  /** Judges a batch before it is appended; changes nothing. */
  check(batch: SequencedBatch): SequenceVerdict {
    const known = this.#producers.get(batch.producerId)
    // A producer that is not known, or no longer, may begin anywhere: its records may have fallen to retention.
    if (!known) return { is: 'next' }
    if (batch.epoch < known.epoch)
      return refuse('INVALID_PRODUCER_EPOCH', `epoch ${batch.epoch} is older than the last one seen, ${known.epoch}`)
    if (batch.epoch > known.epoch) {
      if (batch.baseSequence === 0) return { is: 'next' }
      return refuse('OUT_OF_ORDER_SEQUENCE_NUMBER', `the new epoch ${batch.epoch} begins with sequence ${batch.baseSequence}, not 0`)
    }
    const lastSequence = addSequence(batch.baseSequence, batch.lastOffsetDelta)
    const twin = known.batches.find(b => b.firstSequence === batch.baseSequence && b.lastSequence === lastSequence)
    if (twin) return { is: 'duplicate', baseOffset: twin.baseOffset, timestamp: twin.timestamp }
    const expected = addSequence(known.batches.at(-1)!.lastSequence, 1)
    if (batch.baseSequence === expected) return { is: 'next' }
    return refuse('OUT_OF_ORDER_SEQUENCE_NUMBER', `sequence ${batch.baseSequence} came where ${expected} was expected`)
  }

  /** Remembers a batch that was appended. */
  written(batch: SequencedBatch, baseOffset: bigint, timestamp: bigint): void {
    const before = this.#producers.get(batch.producerId)
    const batches = before?.epoch === batch.epoch ? before.batches.slice(1 - WINDOW) : []
    batches.push({
      firstSequence: batch.baseSequence,
      lastSequence: addSequence(batch.baseSequence, batch.lastOffsetDelta),
      baseOffset,
      timestamp,
    })
    // Deleting first moves the producer to the end of the map's order: the one at its front has been silent for longest.
    this.#producers.delete(batch.producerId)
    this.#producers.set(batch.producerId, { epoch: batch.epoch, batches })
    if (this.#producers.size > MAX_PRODUCERS) this.#producers.delete(this.#producers.keys().next().value!)
  }

  /** The leader no longer knows this producer, or any. */
  forget(producerId?: bigint): void {
    if (producerId === undefined) this.#producers.clear()
    else this.#producers.delete(producerId)
  }

  /** A truncated log has not written what it lost. */
  truncateTo(endOffset: bigint): void {
    for (const [id, producer] of this.#producers) {
      const batches = producer.batches.filter(b => b.baseOffset < endOffset)
      if (batches.length > 0) this.#producers.set(id, { epoch: producer.epoch, batches })
      else this.#producers.delete(id)
    }
  }
}

const refuse = (error: 'INVALID_PRODUCER_EPOCH' | 'OUT_OF_ORDER_SEQUENCE_NUMBER', why: string): SequenceVerdict => ({
  is: 'refused',
  error,
  why,
})
