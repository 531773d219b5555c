/**
 * A compression codec as a record batch uses it. Sync where the work is sync: an async call costs 100-300 us (each caller checks for a promise). Where a
 * promise is returned, the input must not be changed until it settles.
 */
export interface Codec {
  readonly name: CodecName
  /** `level` is the codec's own scale; without it the codec's usual default. Levels a codec does not have are refused with `INVALID_OPTION`. */
  compress(bytes: Uint8Array, options?: { level?: number }): Uint8Array | Promise<Uint8Array>
  /**
   * The output is what `memory` gave for its length, or fresh memory of the caller's. `maxBytes` (default 1 GiB) bounds it: a claim beyond it is refused
   * before anything of that size is asked for, with `ClientError` `DECOMPRESSED_TOO_LARGE`; bytes that do not decode give `CORRUPT_COMPRESSION`.
   * Truncated input never passes.
   */
  decompress(bytes: Uint8Array, options?: DecompressOptions): Uint8Array | Promise<Uint8Array>
  /**
   * Of codecs that decode in almost no time: hands to `see` what `decompress` would give, in memory that is used again when `see` returns. So content
   * need not be kept to be had again.
   */
  peek?<T>(bytes: Uint8Array, maxBytes: number | undefined, see: (content: Uint8Array) => T): T
}

export interface DecompressOptions {
  maxBytes?: number
  memory?: Memory
}

/** Room of exactly so many bytes, whatever lies in it. It may be asked for and then not be used, where a length was only claimed. */
export type Memory = (length: number) => Uint8Array<ArrayBuffer>

export type CodecName = 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** The numbers of a record batch's attributes, bits 0-2 (KIP-98). */
export const codecIds = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const
