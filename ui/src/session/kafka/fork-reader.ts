/** A scan's reader over a fork of the client: its consuming engine follows moved leaders and tries again by itself. */
import { type Client, ClientError, type Fetches, type FetchPartition, Offset } from '@milena/client-core'
import type { Piece, Place, Reader, ReaderOptions } from '../scan/reader.js'
import { laneOf } from '../scan/time-merge.js'
import { faultFrom } from './faults.js'

/** A bounded scan that hears nothing for so long has failed: everything it asks for is in the log already. */
const SILENCE_MS = 15_000

/**
 * Bounded scans take small bites, since they often stop after a few rows, and have to hear of answers without records: the last ones may have been
 * compacted away. In a fetch session brokers would not repeat them. A tail waits for what comes.
 */
const bites = {
  bounded: {
    fetchMaxWaitMs: 500,
    fetchMaxBytes: 8_000_000,
    fetchMaxPartitionBytes: 512_000,
    fetchSessions: false,
    keepEmptyFetches: true,
  },
  follow: { fetchMaxWaitMs: 5_000, fetchMaxBytes: 16_000_000, fetchMaxPartitionBytes: 1_048_576 },
}

export class ForkReader implements Reader {
  private readonly fork: Client
  private readonly known = new Map<string, Place>()
  private received = 0

  constructor(
    client: Client,
    private readonly options: ReaderOptions,
    private readonly onClose: (reader: ForkReader) => void,
  ) {
    const { isolation, initiator, follow } = options
    const consumer = { isolation, initiator, keepControlRecords: true, ...(follow ? bites.follow : bites.bounded) }
    this.fork = client.fork({ consumer })
  }

  get bytes(): number {
    return this.received
  }
  get bufferedRecords(): number {
    return this.fork.bufferedFetchRecords
  }
  get bufferedBytes(): number {
    return this.fork.bufferedFetchBytes
  }

  start(places: readonly (Place & { offset: bigint })[]): void {
    const fresh = places.filter(place => !this.known.has(laneOf(place.topic, place.partition)))
    const moved = places.filter(place => this.known.has(laneOf(place.topic, place.partition)))
    // Moving what is known asks nobody; adding reads metadata.
    if (moved.length > 0) {
      this.fork.setOffsets(offsetsOf(moved))
      this.fork.resumeFetchPartitions(numbersOf(moved))
    }
    for (const place of fresh) this.known.set(laneOf(place.topic, place.partition), place)
    if (fresh.length > 0) this.fork.addConsumePartitions(offsetsOf(fresh))
  }

  stop(places: readonly Place[]): void {
    if (places.length > 0) this.fork.pauseFetchPartitions(numbersOf(places))
  }

  async next(signal: AbortSignal): Promise<Piece[]> {
    for (;;) {
      const fetches = await this.poll(signal)
      signal.throwIfAborted()
      const pieces = this.pieces(fetches)
      if (pieces.length > 0) return pieces
    }
  }

  close(): void {
    void this.fork.close()
    this.onClose(this)
  }

  private async poll(signal: AbortSignal): Promise<Fetches> {
    if (this.options.follow) return this.fork.pollFetches({ signal })
    const silence = AbortSignal.timeout(SILENCE_MS)
    const fetches = await this.fork.pollFetches({ signal: AbortSignal.any([signal, silence]) })
    if (silence.aborted && !signal.aborted) {
      throw new ClientError('REQUEST_TIMEOUT', `no records came within ${SILENCE_MS / 1000} s: a leader is gone, or does not answer`)
    }
    return fetches
  }

  private pieces({ partitions }: Fetches): Piece[] {
    const pieces: Piece[] = []
    for (const fetched of partitions) {
      // An error of no partition: metadata could not be read. A tail goes on trying, a bounded scan has failed.
      if (fetched.partition < 0) {
        if (fetched.error && (!this.options.follow || isClosed(fetched.error))) throw fetched.error
      } else pieces.push(this.piece(fetched))
    }
    return pieces
  }

  private piece({ topic, partition, records, nextOffset: next, error }: FetchPartition): Piece {
    for (const { batch } of records.runs) this.received += batch.bytes.length
    const fault = error ? faultFrom(error, `Partition ${partition} not read`) : null
    return { topic, partition, records, next, fault }
  }
}

const isClosed = (error: Error) => error instanceof ClientError && error.code === 'CLIENT_CLOSED'

function grouped<T>(places: readonly T[], topicOf: (place: T) => string): Map<string, T[]> {
  const topics = new Map<string, T[]>()
  for (const place of places) topics.set(topicOf(place), [...(topics.get(topicOf(place)) ?? []), place])
  return topics
}

function offsetsOf(places: readonly (Place & { offset: bigint })[]): Map<string, Map<number, Offset>> {
  const topics = grouped(places, place => place.topic)
  return new Map([...topics].map(([topic, all]) => [topic, new Map(all.map(({ partition, offset }) => [partition, Offset.at(offset)]))]))
}

function numbersOf(places: readonly Place[]): Map<string, number[]> {
  return new Map([...grouped(places, place => place.topic)].map(([topic, all]) => [topic, all.map(({ partition }) => partition)]))
}
