// What can be known of Zstandard data without decoding it (RFC 8878, section 3.1): frames one after another, each a header and blocks.
//
// librdkafka, Java and Go (below 256 bytes) leave out the content size, and a frame that was cut short must not pass for a shorter one. The block headers
// tell both: whether the frame is whole, and the most that it can decode to.
import { corrupt, tooLarge } from './limits.js'

const magicNumber = 0xfd2fb528
const skippableMagic = 0x184d2a50
const maxBlock = 2 ** 17
const checksumBytes = 4
const dictionaryIdBytes = [0, 1, 2, 4]
const contentSizeBytes = [0, 2, 4, 8]

interface Header {
  /** The most that one block may hold. */
  blockLimit: number
  contentSize?: number
  hasChecksum: boolean
  /** Where the blocks begin. */
  end: number
}

/**
 * The most that these bytes can decode to. Throws `CORRUPT_COMPRESSION` when they are not whole frames, `DECOMPRESSED_TOO_LARGE` when what is certain of
 * their content exceeds `maxBytes`.
 */
export function contentBound(bytes: Uint8Array, maxBytes: number): number {
  let total = 0
  let certain = 0
  let at = 0
  while (at < bytes.length) {
    const magic = little(bytes, at, 4)
    if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
      at = need(bytes, at + 8, little(bytes, at + 4, 4))
      continue
    }
    if (magic !== magicNumber) throw corrupt('zstd', `0x${magic.toString(16)} at byte ${at} is no frame's magic number`)
    const frame = walkFrame(bytes, at)
    total += frame.bound
    certain += frame.certain
    if (certain > maxBytes) throw tooLarge('zstd', maxBytes, certain)
    at = frame.end
  }
  return total
}

function walkFrame(bytes: Uint8Array, start: number): { bound: number; certain: number; end: number } {
  const header = readHeader(bytes, start)
  let at = header.end
  let bound = 0
  let certain = 0
  for (let last = false; !last; ) {
    const block = little(bytes, at, 3)
    at += 3
    last = (block & 1) === 1
    const type = (block >>> 1) & 3
    const size = block >>> 3
    if (type === 3 || size > header.blockLimit) throw corrupt('zstd', `the block at byte ${at - 3} is malformed`)
    const repeated = type === 1
    const compressed = type === 2
    bound += compressed ? header.blockLimit : size
    certain += compressed ? 0 : size
    at = need(bytes, at, repeated ? 1 : size)
  }
  if (header.hasChecksum) at = need(bytes, at, checksumBytes)

  const { contentSize } = header
  if (contentSize === undefined) return { bound, certain, end: at }
  if (contentSize > bound || contentSize < certain)
    throw corrupt('zstd', `the frame at byte ${start} claims ${contentSize} bytes, which its blocks cannot hold`)
  return { bound: contentSize, certain: contentSize, end: at }
}

function readHeader(bytes: Uint8Array, start: number): Header {
  let at = start + 4
  need(bytes, at, 1)
  const descriptor = bytes[at++]
  if (descriptor & 0x08) throw corrupt('zstd', `the frame at byte ${start} has a malformed descriptor`)
  const singleSegment = (descriptor & 0x20) !== 0
  let window = 0
  if (!singleSegment) {
    const code = little(bytes, at++, 1)
    const base = 2 ** (10 + (code >>> 3))
    window = base + (base / 8) * (code & 7)
  }
  const dictionaryBytes = dictionaryIdBytes[descriptor & 3]
  const dictionary = little(bytes, at, dictionaryBytes)
  if (dictionary !== 0) throw corrupt('zstd', `the frame at byte ${start} needs dictionary ${dictionary}, which Kafka has no way to send`)
  at += dictionaryBytes

  const sizeBytes = contentSizeBytes[descriptor >>> 6] || (singleSegment ? 1 : 0)
  // Two bytes count from 256: smaller sizes have the form of one.
  const contentSize = sizeBytes === 0 ? undefined : little(bytes, at, sizeBytes) + (sizeBytes === 2 ? 256 : 0)
  return {
    blockLimit: Math.min(singleSegment ? contentSize! : window, maxBlock),
    contentSize,
    hasChecksum: (descriptor & 0x04) !== 0,
    end: at + sizeBytes,
  }
}

/** The end of `size` bytes from `at`, which must be there. */
function need(bytes: Uint8Array, at: number, size: number): number {
  if (at + size > bytes.length) throw corrupt('zstd', `the data ends at byte ${bytes.length}, before its frame does`)
  return at + size
}

/** Little-endian, up to 8 bytes; beyond 2^53 it is rounded, and beyond every limit. */
function little(bytes: Uint8Array, at: number, size: number): number {
  need(bytes, at, size)
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i]
  return value
}
