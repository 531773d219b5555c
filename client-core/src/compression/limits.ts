import { ClientError } from '../error.js'
import type { CodecName, Memory } from './codec.js'

/** What a decompression may yield when the caller names no limit, in bytes. */
export const defaultMaxBytes = 2 ** 30

/** The caller's limit in bytes, checked. Throws `INVALID_OPTION`. */
export function outputLimit(codec: CodecName, options?: { maxBytes?: number }): number {
  const limit = options?.maxBytes ?? defaultMaxBytes
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new ClientError('INVALID_OPTION', `${codec}: maxBytes is ${limit}; it must be a whole number of bytes, 0 or more`)
  return limit
}

/** The codec's own scale. */
export interface Levels {
  min: number
  max: number
  default: number
}

/** The level to compress with. Throws `INVALID_OPTION`, also for any level at all where the codec has none. */
export function levelFor(codec: CodecName, level: number | undefined, levels: Levels): number {
  if (level === undefined) return levels.default
  if (!Number.isInteger(level) || level < levels.min || level > levels.max)
    throw new ClientError(
      'INVALID_OPTION',
      `${codec}: there is no compression level ${level}; take one of ${levels.min} to ${levels.max}, or none for ${levels.default}`,
    )
  return level
}

/** For codecs of one level. Throws `INVALID_OPTION`. */
export function refuseLevel(codec: CodecName, level: number | undefined): void {
  if (level !== undefined) throw new ClientError('INVALID_OPTION', `${codec} has no compression levels; leave out the level ${level}`)
}

/** Bytes that are no output of this codec. `what` names the place; a record batch whose CRC held was written like this. */
export function corrupt(codec: CodecName, what: string, cause?: unknown): ClientError {
  return new ClientError('CORRUPT_COMPRESSION', `${codec}: ${what}`, cause === undefined ? undefined : { cause })
}

export function tooLarge(codec: CodecName, maxBytes: number, claimed?: number): ClientError {
  const size = claimed === undefined ? 'the content' : `content of ${claimed} bytes`
  return new ClientError(
    'DECOMPRESSED_TOO_LARGE',
    `${codec}: ${size} exceeds the limit of ${maxBytes} bytes; raise the limit if its writer is trusted`,
  )
}

/** Output memory. That there is none is the caller's limit being too high for this machine, not the data being wrong. */
export function allocate(codec: CodecName, size: number, memory: Memory = ownMemory): Uint8Array<ArrayBuffer> {
  try {
    return memory(size)
  } catch (cause) {
    throw new ClientError(
      'DECOMPRESSED_TOO_LARGE',
      `${codec}: no memory for content of ${size} bytes; lower maxBytes to what this machine can hold`,
      { cause },
    )
  }
}

const ownMemory: Memory = length => new Uint8Array(length)

/** What lies in memory that is used again, for the caller to keep. */
export function owned(content: Uint8Array, memory?: Memory): Uint8Array {
  if (!memory) return content.slice()
  const copy = memory(content.length)
  copy.set(content)
  return copy
}
