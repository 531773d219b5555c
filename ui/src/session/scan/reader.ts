/** Reading partitions, as a scan needs it: where the client's consumer ends and the scan begins. */
import type { KafkaRecord } from '@milena/client-core'
import type { Fault, ScanParams } from '../protocol.js'

export interface Place {
  topic: string
  partition: number
}

/** What one partition brought. */
export interface Piece extends Place {
  records: Iterable<KafkaRecord>
  /** The offset to read next: behind markers and gaps too, which bring no record. */
  next: bigint
  fault: Fault | null
}

export interface Reader {
  /** Begins (or begins anew) at an offset. */
  start(places: readonly (Place & { offset: bigint })[]): void
  stop(places: readonly Place[]): void
  /** What has come since; waits until there is something. Rejects with the signal's reason. */
  next(signal: AbortSignal): Promise<Piece[]>
  /** Bytes received so far. */
  readonly bytes: number
  close(): void
}

export interface ReaderOptions {
  isolation: ScanParams['isolation']
  /** Who asks, for Wire. */
  initiator: string
  /** Follow: long polls are wanted. Otherwise an answer that waits only delays the end. */
  follow: boolean
}

export type OpenReader = (options: ReaderOptions) => Reader
