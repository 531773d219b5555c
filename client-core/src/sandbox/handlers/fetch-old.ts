import { codecIds } from '../../compression/codec.js'
import { errnoOf } from '../../protocol/errors.js'
import { at, attributeBits } from '../../records/layout.js'
import { Refusal } from '../refusal.js'
import type { Codecs } from '../state/codecs.js'
import { messagesOf } from '../state/old-messages.js'
import type { PartitionAnswer } from './fetch-read.js'

/** What older clients cannot read is rewritten for them (before v4), or refused (zstd before v10, KIP-110). */
export async function forOldClients(answers: PartitionAnswer[], version: number, codecs: Codecs): Promise<PartitionAnswer[]> {
  if (version >= 10) return answers
  return Promise.all(answers.map(answer => readable(answer, version, codecs)))
}

async function readable(answer: PartitionAnswer, version: number, codecs: Codecs): Promise<PartitionAnswer> {
  const { response } = answer
  try {
    if (response.records.some(isZstd)) throw new Refusal('UNSUPPORTED_COMPRESSION_TYPE', 'zstd is for Fetch v10')
    if (version >= 4 || response.records.length === 0) return answer
    const records = await messagesOf(response.records, version >= 2 ? 1 : 0, codecs)
    return { ...answer, response: { ...response, records } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const nothing = { highWatermark: -1n, lastStableOffset: -1n, logStartOffset: -1n, records: [] }
    return { ...answer, response: { ...response, ...nothing, errorCode: errnoOf(error.code) }, bytes: 0 }
  }
}

const isZstd = (chunk: Uint8Array) => (chunk[at.attributes + 1] & attributeBits.codec) === codecIds.zstd && chunk.length > at.attributes + 1
