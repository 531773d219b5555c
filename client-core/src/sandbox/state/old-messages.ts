import { crc32 } from '../../bytes/crc32.js'
import type { RecordBatch } from '../../records/batch.js'
import { decodeBatches } from '../../records/decode.js'
import { type BatchRecordInput, encodeBatch } from '../../records/encode.js'
import { lengthOverhead, messageAt, messageKeyAt, putInt32, putInt64 } from '../../records/layout.js'
import { Refusal } from '../refusal.js'
import type { Codecs } from './codecs.js'

/** What a message of magic 0 has for a time. */
const NO_TIME = -1n
const OVERHEAD = [26, 34] as const

/** The messages that Produce before v3 sends, of magic 0 or 1, as the one batch that the log stores; uncompressed. @throws Refusal. */
export async function batchOfMessages(bytes: Uint8Array | null, codecs: Codecs): Promise<Uint8Array> {
  const records: BatchRecordInput[] = []
  let length = 0
  try {
    for (const set of decodeBatches(bytes ?? new Uint8Array(0))) {
      if (set.magic === 2) throw new Refusal('INVALID_RECORD', 'Produce requests before version 3 have messages of magic 0 or 1')
      await codecs.open(set)
      if (!set.isOpen) throw new Refusal('UNSUPPORTED_COMPRESSION_TYPE', 'the sandbox needs its option codec to open old messages')
      for (const { key, value, timestamp } of set) records.push({ key, value, timestamp: set.magic === 0 ? NO_TIME : timestamp })
      length += set.bytes.length
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('CORRUPT_MESSAGE', String(error))
  }
  if (records.length === 0 || length !== bytes?.length) throw new Refusal('CORRUPT_MESSAGE', 'the message set is empty or cut off')
  return encodeBatch(records)
}

/** Batches as Fetch before v4 knows them: plain messages with their offsets. Headers and transactions' markers have no place there (KIP-74, KIP-98). */
export async function messagesOf(chunks: readonly Uint8Array[], magic: 0 | 1, codecs: Codecs): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = []
  for (const chunk of chunks) {
    for (const batch of decodeBatches(chunk)) {
      if (batch.attrs.isControl) continue
      await codecs.open(batch)
      if (!batch.isOpen) throw new Refusal('UNSUPPORTED_COMPRESSION_TYPE', 'the sandbox needs its option codec to open a batch')
      messages.push(...plainMessages(batch, magic))
    }
  }
  return messages
}

function plainMessages(batch: RecordBatch, magic: 0 | 1): Uint8Array[] {
  return [...batch].map(({ offset, timestamp, key, value }) => {
    const out = new Uint8Array(OVERHEAD[magic] + (key?.length ?? 0) + (value?.length ?? 0))
    putInt64(out, messageAt.offset, offset)
    putInt32(out, messageAt.size, out.length - lengthOverhead)
    out[messageAt.magic] = magic
    if (magic === 1) putInt64(out, messageAt.timestamp, timestamp)
    putSized(out, putSized(out, messageKeyAt[magic], key), value)
    putInt32(out, messageAt.crc, crc32(out, messageAt.magic) | 0)
    return out
  })
}

function putSized(out: Uint8Array, at: number, bytes: Uint8Array | null): number {
  putInt32(out, at, bytes?.length ?? -1)
  if (bytes) out.set(bytes, at + 4)
  return at + 4 + (bytes?.length ?? 0)
}
