import type { Codec } from '../compression/codec.js'
import { ClientError } from '../error.js'
import { BatchBuilder, type BatchIdentity, type HeaderInput, noIdentity, type RecordBytes, stamp } from './batch-builder.js'

export interface BatchRecordInput {
  key?: RecordBytes
  value: RecordBytes
  headers?: readonly HeaderInput[]
  /** Milliseconds since the epoch. Default 0. */
  timestamp?: bigint
}
export interface EncodeBatchOptions extends Partial<BatchIdentity> {
  /** A codec whose `compress` is sync (snappy, lz4, zstd always are); the batch stays uncompressed when that is smaller. */
  codec?: Codec
  level?: number
}

/**
 * One record batch (magic 2) of `records`, at least one.
 * @throws ClientError `INVALID_RECORD` for no records; `INVALID_OPTION` for a codec that answered with a promise.
 */
export function encodeBatch(records: readonly BatchRecordInput[], options: EncodeBatchOptions = {}): Uint8Array {
  if (records.length === 0) throw new ClientError('INVALID_RECORD', 'encodeBatch: a batch has at least one record')
  const builder = new BatchBuilder(0x7fffffff)
  for (const r of records) builder.append(r.timestamp ?? 0n, r.key ?? null, r.value, r.headers)
  const identity = { ...noIdentity, ...options }
  if (options.codec) {
    const compressed = builder.compress(options.codec, options.level)
    if (compressed instanceof Promise)
      throw new ClientError('INVALID_OPTION', `encodeBatch: codec ${options.codec.name} works asynchronously here`)
    if (compressed) return stamp(compressed, identity)
  }
  return builder.seal(identity)
}
