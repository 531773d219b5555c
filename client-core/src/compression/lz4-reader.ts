import type { Memory } from './codec.js'
import { allocate, corrupt, owned, tooLarge } from './limits.js'
import { BadBlock, blockSize, type DecodeBlock, decodeBlock } from './lz4-block.js'
import { type Frame, walkFrames } from './lz4-frame.js'
import { createDecoder, reservedBytes, slack } from './wasm/lz4-decoder.js'
import { xxh32 } from './xxh32.js'

const largestBlock = 4 * 2 ** 20
/** How far back a match reaches, which is what a linked block may need of those before. */
const reach = 65535
/** Where a block lies before it is decoded; what is decoded lies behind. 4 MB and a block more are decoded in one piece. */
const input = reservedBytes
const output = input + largestBlock + slack
const memoryEnd = output + reach + 2 * largestBlock
const memoryBytes = memoryEnd + slack

/**
 * Decompresses frames, at most `maxBytes` of content, and hands it to `see`, which may keep it if it is fresh; otherwise its memory is used again.
 * Throws `CORRUPT_COMPRESSION`, `DECOMPRESSED_TOO_LARGE`.
 */
export type PeekLz4 = <T>(bytes: Uint8Array, maxBytes: number, see: (content: Uint8Array, isFresh: boolean) => T) => T

/** The content as memory of its own, or what `memory` gives. */
export function copied(content: Uint8Array, isFresh: boolean, memory?: Memory): Uint8Array {
  if (isFresh && !memory) return content
  return owned(content, length => allocate('lz4', length, memory))
}

/**
 * Blocks are decoded into memory that is used again and again, since their sizes are not known before. What does not fit there is decoded twice: its size
 * first, so that nothing is allocated before it is within the limit, and no more than the result.
 */
export function createLz4Reader(isPlain = false): PeekLz4 {
  const { memory, decode } = decoder(isPlain)
  return (bytes, maxBytes, see) => {
    const { total, isWhole, checks } = new Pass(memory, decode, bytes, maxBytes)
    const content = isWhole ? memory.subarray(output, output + total) : allocate('lz4', total)
    if (!isWhole) new Pass(memory, decode, bytes, maxBytes, content)
    for (const { from, to, checksum, end } of checks)
      if (checksum !== xxh32(content, from, to)) throw corrupt('lz4', `the content checksum before byte ${end} does not hold`)
    return see(content, !isWhole)
  }
}

function decoder(isPlain: boolean): { memory: Uint8Array; decode: DecodeBlock } {
  try {
    if (!isPlain) return createDecoder(memoryBytes)
  } catch {
    // No SIMD.
  }
  return { memory: new Uint8Array(memoryBytes), decode: decodeBlock }
}

/** One walk over all frames. */
class Pass {
  /** Bytes of content. */
  total = 0
  /** Whether all content still lies in memory. */
  isWhole = true
  /** What writers took the checksums of. */
  readonly checks: { from: number; to: number; checksum: number; end: number }[] = []
  #at = output
  /** Where the content begins that is in memory, and not in the result. */
  #unsaved = output
  /** Where the present frame's content begins, as far as it is in memory. */
  #floor = output

  constructor(
    private readonly memory: Uint8Array,
    private readonly decode: DecodeBlock,
    private readonly bytes: Uint8Array,
    private readonly maxBytes: number,
    private readonly result?: Uint8Array,
  ) {
    let before = 0
    walkFrames(bytes, {
      frameStarts: ({ contentSize = 0 }) => {
        before = this.total
        this.#floor = this.#at
        if (before + contentSize > maxBytes) throw tooLarge('lz4', maxBytes, before + contentSize)
      },
      block: (start, end, stored, frame) => this.#block(start, end, stored, frame, before),
      frameEnds: ({ contentSize }, checksum, end) => {
        const size = this.total - before
        if (contentSize !== undefined && contentSize !== size)
          throw corrupt('lz4', `the frame before byte ${end} holds ${size} bytes and claims ${contentSize}`)
        if (checksum !== undefined) this.checks.push({ from: before, to: this.total, checksum, end })
      },
    })
    this.#save()
  }

  #block(start: number, end: number, stored: boolean, frame: Frame, before: number): void {
    const { memory, bytes, maxBytes } = this
    if (memoryEnd - this.#at < frame.maxBlockSize) this.#makeRoom()
    const at = this.#at
    const left = maxBytes - this.total
    const most = Math.min(frame.maxBlockSize, left)
    if (stored) {
      if (end - start > left) throw tooLarge('lz4', maxBytes)
      memory.set(bytes.subarray(start, end), at)
      this.#at += end - start
    } else {
      memory.set(bytes.subarray(start, end), input)
      this.#at = this.decode(memory, input, input + end - start, at, at + most, frame.linked ? this.#floor : at)
      if (this.#at < 0) throw this.#whyNot(start, end, frame, before)
    }
    this.total += this.#at - at
  }

  /** Goes on at the beginning, behind what linked blocks may need. */
  #makeRoom(): void {
    this.#save()
    this.isWhole = false
    const kept = Math.max(this.#at - reach, output)
    this.memory.copyWithin(output, kept, this.#at)
    this.#floor = Math.max(output, this.#floor - (kept - output))
    this.#at = this.#unsaved = output + this.#at - kept
  }

  #save(): void {
    const { memory, result, total } = this
    result?.set(memory.subarray(this.#unsaved, this.#at), total - (this.#at - this.#unsaved))
  }

  #whyNot(start: number, end: number, frame: Frame, before: number): Error {
    try {
      const size = blockSize(this.bytes, start, end, frame.linked ? this.total - before : 0)
      if (size <= frame.maxBlockSize) return tooLarge('lz4', this.maxBytes)
      throw new BadBlock(`it holds ${size} bytes where its frame allows ${frame.maxBlockSize}`)
    } catch (error) {
      if (error instanceof BadBlock) return corrupt('lz4', `the block at byte ${start} is malformed: ${error.message}`)
      throw error
    }
  }
}
