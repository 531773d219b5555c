import type { Codec } from '../compression/codec.js'
import { codec, loadedCodec } from '../compression/index.js'
import type { CompressionChoice } from './options.js'

/** How records are to be encoded. */
export interface ChosenCodec {
  /** Message sets of magic 0 and 1 are what brokers before 0.11 take: Produce v0 and v1, and v2. */
  magic: 0 | 1 | 2
  /** Undefined: records go uncompressed. */
  codec: Codec | undefined
  level: number | undefined
}
/** The format and the codec for a broker that takes Produce `version`; a promise while it loads. zstd came with Produce v7 (KIP-110). */
export function chooseCodec(preferences: readonly CompressionChoice[], version: number): ChosenCodec | Promise<unknown> {
  const magic = version >= 3 ? 2 : version === 2 ? 1 : 0
  for (const { codec: name, level } of preferences) {
    if (name === 'none') break
    if (name === 'zstd' && version < 7) continue
    const loaded = loadedCodec(name)
    return loaded ? { magic, codec: loaded, level } : codec(name)
  }
  return { magic, codec: undefined, level: undefined }
}
