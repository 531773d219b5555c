import { createRegistry } from './registry.js'

export type { Codec, CodecName } from './codec.js'
export { codecIds } from './codec.js'
export { defaultMaxBytes } from './limits.js'

const registry = createRegistry({
  gzip: async () => (await import('./gzip.js')).gzip,
  snappy: async () => (await import('./snappy.js')).loadSnappy(),
  lz4: async () => (await import('./lz4.js')).loadLz4(),
  zstd: async () => (await import('./zstd.js')).loadZstd(),
})

/**
 * The codec of that name, loaded on first use and kept. Rejects with `ClientError` `UNKNOWN_CODEC` for any other name; a failed load is tried again
 * by the next call.
 */
export const codec = registry.codec

/** The codec if it is loaded already: for code that must not wait, such as a decoder that has loaded what its batches need. */
export const loadedCodec = registry.loadedCodec
