/** A cluster of logs for scan tests: real record batches, offsets with gaps, a reader that brings them in pieces. */
import { decodeBatches, encodeBatch, type RecordBatch } from '@milena/client-core/records'
import type { Asker } from '../kafka/client.js'
import type { Fault } from '../protocol.js'
import type { OpenReader, Piece, Place, Reader } from '../scan/reader.js'
import { laneOf } from '../scan/time-merge.js'

export interface FakeRecord {
  offset: number
  timestamp: number
  value?: string | null
  key?: string | null
}
export type FakeLogs = Map<string, FakeRecord[]>

/** One record, as a batch of its own at its offset. */
function batchOf(topic: string, partition: number, { offset, timestamp, value = `v${offset}`, key = null }: FakeRecord): RecordBatch {
  const bytes = encodeBatch([{ timestamp: BigInt(timestamp), key, value }])
  new DataView(bytes.buffer, bytes.byteOffset).setBigInt64(0, BigInt(offset))
  const [batch] = decodeBatches(bytes)
  batch.topic = topic
  batch.partition = partition
  return batch
}

export interface FakeCluster {
  logs: FakeLogs
  client: Asker
  openReader: OpenReader
  /** Faults by lane, given with the next piece. */
  faults: Map<string, Fault>
  open: number
  /** Records handed out, over all readers. */
  read: number
  append(partition: number, record: FakeRecord): void
}

/** `pieceSize`: the most records that one piece brings. */
export function fakeCluster(topic: string, partitions: readonly FakeRecord[][], pieceSize = 7): FakeCluster {
  const logs: FakeLogs = new Map(partitions.map((log, p) => [laneOf(topic, p), [...log]]))
  const wakes = new Set<() => void>()
  const cluster: FakeCluster = {
    logs,
    faults: new Map(),
    open: 0,
    read: 0,
    client: offsetsClient(topic, logs),
    append(partition, record) {
      logs.get(laneOf(topic, partition))?.push(record)
      for (const wake of wakes) wake()
    },
    openReader: () => {
      cluster.open++
      const at = new Map<string, { place: Place; offset: bigint }>()
      const pieces = (): Piece[] =>
        [...at].flatMap(([key, lane]) => {
          const fault = cluster.faults.get(key) ?? null
          const found = (logs.get(key) ?? []).filter(record => BigInt(record.offset) >= lane.offset).slice(0, pieceSize)
          if (found.length === 0 && !fault) return []
          cluster.read += found.length
          cluster.faults.delete(key)
          lane.offset = found.length > 0 ? BigInt(found[found.length - 1].offset) + 1n : lane.offset
          const records = found.flatMap(record => [...batchOf(lane.place.topic, lane.place.partition, record)])
          return [{ ...lane.place, records, next: lane.offset, fault }]
        })
      const reader: Reader = {
        bytes: 0,
        start: places => {
          for (const { topic: name, partition, offset } of places)
            at.set(laneOf(name, partition), { place: { topic: name, partition }, offset })
        },
        stop: places => {
          for (const place of places) at.delete(laneOf(place.topic, place.partition))
        },
        next: async signal => {
          for (;;) {
            await new Promise(resolve => setTimeout(resolve, 0))
            signal.throwIfAborted()
            const found = pieces()
            if (found.length > 0) return found
            await new Promise<void>(resolve => {
              wakes.add(resolve)
              signal.addEventListener('abort', () => resolve(), { once: true })
            })
          }
        },
        close: () => {
          cluster.open--
        },
      }
      return reader
    },
  }
  return cluster
}

/** Answers Metadata and ListOffsets for one topic. */
function offsetsClient(topic: string, logs: FakeLogs): Asker {
  const endOf = (log: FakeRecord[]) => BigInt(log.length > 0 ? log[log.length - 1].offset + 1 : 0)
  const offsetAt = (log: FakeRecord[], timestamp: bigint) => {
    if (timestamp === -1n) return endOf(log)
    if (timestamp === -2n) return BigInt(log[0]?.offset ?? 0)
    return BigInt(log.find(record => BigInt(record.timestamp) >= timestamp)?.offset ?? -1)
  }
  const answer = (body: { topics: readonly { name: string; partitions: readonly { partitionIndex: number; timestamp: bigint }[] }[] }) => ({
    throttleTimeMs: 0,
    topics: body.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => {
        const log = logs.get(laneOf(name, partitionIndex))
        const common = { partitionIndex, oldStyleOffsets: [], timestamp: -1n, leaderEpoch: 0 }
        return log ? { ...common, errorCode: 0, offset: offsetAt(log, timestamp) } : { ...common, errorCode: 3, offset: -1n }
      }),
    })),
  })
  const metadata = {
    clusterId: 'c',
    controllerId: 1,
    topics: [
      {
        errorCode: 0,
        name: topic,
        topicId: '',
        isInternal: false,
        partitions: [...logs.keys()].map((_, partitionIndex) => ({
          errorCode: 0,
          partitionIndex,
          leaderId: 1,
          leaderEpoch: 0,
          replicaNodes: [1],
          isrNodes: [1],
          offlineReplicas: [],
        })),
      },
    ],
  }
  return {
    request: async () => metadata as never,
    requestSharded: async request => [
      { broker: { nodeId: 1, host: 'b', port: 1 }, request, response: answer(request.body as never) as never },
    ],
  }
}
