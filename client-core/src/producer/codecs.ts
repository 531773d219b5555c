import type { Codec } from '../compression/codec.js'
import { codec, loadedCodec } from '../compression/index.js'
import type { CompressionChoice } from './options.js'

export interface ChosenCodec {
  /** Undefined: records go uncompressed. */
  codec: Codec | undefined
  level: number | undefined
}
const none: ChosenCodec = { codec: undefined, level: undefined }

/** The codec to compress with for a broker that takes Produce `version`; a promise while it loads. zstd came with Produce v7 (KIP-110). */
export function chooseCodec(preferences: readonly CompressionChoice[], version: number): ChosenCodec | Promise<unknown> {
  for (const { codec: name, level } of preferences) {
    if (name === 'none') return none
    if (name === 'zstd' && version < 7) continue
    const loaded = loadedCodec(name)
    return loaded ? { codec: loaded, level } : codec(name)
  }
  return none
}
