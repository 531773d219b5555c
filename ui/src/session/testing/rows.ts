/** Rows of a scan for tests. */
import type { RecordRow } from '../protocol.js'

interface RowInput {
  topic?: string
  partition?: number
  offset: number
  timestamp: number
  value?: string | null
  key?: string | null
}

const bytesOf = (text: string | null) => (text === null ? null : new TextEncoder().encode(text))

export function rowOf({ topic = 'orders', partition = 0, offset, timestamp, value = 'v', key = null }: RowInput): RecordRow {
  const bytes = bytesOf(value)
  const keyBytes = bytesOf(key)
  return {
    topic,
    partition,
    offset: BigInt(offset),
    timestamp: BigInt(timestamp),
    timestampType: 'CreateTime',
    leaderEpoch: 0,
    key: keyBytes,
    keySize: keyBytes?.byteLength ?? -1,
    value: bytes,
    valueSize: bytes?.byteLength ?? -1,
    headers: [],
    headerCount: 0,
    batch: {
      baseOffset: BigInt(offset),
      lastOffset: BigInt(offset),
      records: 1,
      codec: 'none',
      compressedBytes: 10,
      uncompressedBytes: 10,
      producerId: -1n,
      producerEpoch: -1,
      baseSequence: -1,
      transactional: false,
      magic: 2,
    },
    control: null,
  }
}
