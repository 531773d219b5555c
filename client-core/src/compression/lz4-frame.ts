// The LZ4 frame (LZ4 frame format 1.6.4) as Kafka has it: frames one after another, skippable ones between them.
//
// KIP-57: until magic 1, Kafka's writers computed the header checksum over the magic number too. Both forms are read.
import { corrupt } from './limits.js'
import { xxh32 } from './xxh32.js'

/** What a frame's descriptor says. */
export interface Frame {
  /** Matches may reach into the blocks before. */
  linked: boolean
  blockChecksums: boolean
  contentChecksum: boolean
  maxBlockSize: number
  contentSize?: number
}

/** Receives the parts of a stream in order; offsets are of the compressed bytes. */
export interface Visitor {
  frameStarts?(frame: Frame): void
  block(start: number, end: number, stored: boolean, frame: Frame): void
  /** `checksum` is the xxh32 that the writer took of the frame's content. */
  frameEnds?(frame: Frame, checksum: number | undefined, at: number): void
}

const magicNumber = 0x184d2204
const skippableMagic = 0x184d2a50
const storedBit = 0x80000000
const headerBytes = 7

/** Walks all frames and checks what they say of themselves. Throws `CORRUPT_COMPRESSION`. */
export function walkFrames(bytes: Uint8Array, visitor: Visitor): void {
  if (bytes.length === 0) throw corrupt('lz4', 'there are 0 bytes; an empty frame has 11')
  let at = 0
  while (at < bytes.length) {
    const magic = u32(bytes, at)
    if ((magic & 0xfffffff0) >>> 0 === skippableMagic) at = need(bytes, at + 8, u32(bytes, at + 4))
    else if (magic === magicNumber) at = walkFrame(bytes, at, visitor)
    else throw corrupt('lz4', `0x${magic.toString(16)} at byte ${at} is no frame's magic number`)
  }
}

function walkFrame(bytes: Uint8Array, start: number, visitor: Visitor): number {
  const { frame, end } = readDescriptor(bytes, start)
  visitor.frameStarts?.(frame)
  let at = end
  for (;;) {
    const size = u32(bytes, at)
    at += 4
    if (size === 0) break
    const blockEnd = need(bytes, at, size % storedBit)
    if (blockEnd - at > frame.maxBlockSize) throw corrupt('lz4', `the block at byte ${at} is larger than its frame allows`)
    visitor.block(at, blockEnd, size >= storedBit, frame)
    if (frame.blockChecksums && xxh32(bytes, at, blockEnd) !== u32(bytes, blockEnd))
      throw corrupt('lz4', `the checksum of the block at byte ${at} does not hold`)
    at = blockEnd + (frame.blockChecksums ? 4 : 0)
  }
  const checksum = frame.contentChecksum ? u32(bytes, at) : undefined
  if (frame.contentChecksum) at += 4
  visitor.frameEnds?.(frame, checksum, at)
  return at
}

function readDescriptor(bytes: Uint8Array, start: number): { frame: Frame; end: number } {
  const descriptor = start + 4
  need(bytes, start, headerBytes)
  const flags = bytes[descriptor]
  const blockFlags = bytes[descriptor + 1]
  if (flags >>> 6 !== 1) throw corrupt('lz4', `version ${flags >>> 6} of the frame at byte ${start} is not known`)
  if (flags & 0x01) throw corrupt('lz4', `the frame at byte ${start} needs a dictionary, which Kafka has no way to name`)
  if (flags & 0x02 || blockFlags & 0x8f || blockFlags >>> 4 < 4)
    throw corrupt('lz4', `the frame at byte ${start} has a malformed descriptor`)

  const hasSize = (flags & 0x08) !== 0
  const checksumAt = descriptor + 2 + (hasSize ? 8 : 0)
  need(bytes, checksumAt, 1)
  const checksum = bytes[checksumAt]
  const standard = (xxh32(bytes, descriptor, checksumAt) >>> 8) & 0xff
  const withMagic = (xxh32(bytes, start, checksumAt) >>> 8) & 0xff
  if (checksum !== standard && checksum !== withMagic)
    throw corrupt('lz4', `the header checksum of the frame at byte ${start} does not hold`)
  const frame = {
    linked: (flags & 0x20) === 0,
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 0x04) !== 0,
    maxBlockSize: 2 ** (8 + 2 * (blockFlags >>> 4)),
    contentSize: hasSize ? u32(bytes, descriptor + 2) + u32(bytes, descriptor + 6) * 2 ** 32 : undefined,
  }
  return { frame, end: checksumAt + 1 }
}

/** The end of `size` bytes from `at`, which must be there. */
function need(bytes: Uint8Array, at: number, size: number): number {
  if (at + size > bytes.length) throw corrupt('lz4', `the data ends at byte ${bytes.length}, before its frame does`)
  return at + size
}

function u32(bytes: Uint8Array, at: number): number {
  need(bytes, at, 4)
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0
}

const writtenBlock = 65536

/**
 * Writes one frame of independent 64 KB blocks without checksums, as Java's and librdkafka's producers do: every reader of Kafka takes it, while
 * linked blocks are refused by Java's. `compressBlock` returns how much it wrote at `to`, or 0 when the block does not shrink.
 */
export function writeFrame(bytes: Uint8Array, compressBlock: (block: Uint8Array, output: Uint8Array, to: number) => number): Uint8Array {
  const blocks = Math.ceil(bytes.length / writtenBlock)
  const output = new Uint8Array(headerBytes + blocks * 4 + bytes.length + 4)
  putU32(output, 0, magicNumber)
  output[4] = 0x60 // version 1, independent blocks
  output[5] = 0x40 // blocks of 64 KB
  output[6] = (xxh32(output, 4, 6) >>> 8) & 0xff
  let at = headerBytes
  for (let from = 0; from < bytes.length; from += writtenBlock) {
    const block = bytes.subarray(from, from + writtenBlock)
    const size = compressBlock(block, output, at + 4)
    if (size === 0) output.set(block, at + 4)
    putU32(output, at, size === 0 ? block.length + storedBit : size)
    at += 4 + (size === 0 ? block.length : size)
  }
  // The end mark is the four zeros that are there.
  return output.slice(0, at + 4)
}

function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}
