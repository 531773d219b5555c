import type { Codec } from './codec.js'
import { allocate, corrupt, outputLimit, refuseLevel, tooLarge } from './limits.js'
import { BadBlock, blockSize, decodeLinkedBlock } from './lz4-block.js'
import { type Frame, walkFrames, writeFrame } from './lz4-frame.js'
import { compile } from './wasm/compile.js'
import { packed } from './wasm/lz4.wasm.js'
import { RustModule } from './wasm/rust.js'
import { xxh32 } from './xxh32.js'

/** LZ4: the frame is ours, its blocks are lz4-wasm's work, which knows nothing but blocks. */
export async function loadLz4(): Promise<Codec> {
  const wasm = new RustModule(await compile(packed), ['compress', 'decompress'])
  return {
    name: 'lz4',
    compress(bytes, options) {
      refuseLevel('lz4', options?.level)
      return writeFrame(bytes, (block, output, to) => compressBlock(wasm, block, output, to))
    },
    decompress: (bytes, options) => decompress(wasm, bytes, outputLimit('lz4', options)),
  }
}

/** lz4-wasm puts the size before the block, in 4 bytes, little-endian. */
const sizePrefix = 4

function compressBlock(wasm: RustModule, block: Uint8Array, output: Uint8Array, to: number): number {
  return wasm.run('compress', block, result => {
    const compressed = result.subarray(sizePrefix)
    if (compressed.length >= block.length) return 0
    output.set(compressed, to)
    return compressed.length
  })
}

/** Walks twice: once for the sizes, so that the one allocation is exact and within the limit, once to decode. */
function decompress(wasm: RustModule, bytes: Uint8Array, maxBytes: number): Uint8Array {
  const sizes = measure(bytes, maxBytes)
  const output = allocate('lz4', sizes.total)
  let next = 0
  let at = 0
  let frameStart = 0
  walkFrames(bytes, {
    frameStarts() {
      frameStart = at
    },
    block(start, end, stored, frame) {
      const size = sizes.blocks[next++]
      if (stored) output.set(bytes.subarray(start, end), at)
      else if (frame.linked) decodeLinkedBlock(bytes, start, end, output, at)
      else decodeBlock(wasm, bytes.subarray(start, end), output.subarray(at, at + size), start)
      at += size
    },
    frameEnds(_, checksum, end) {
      if (checksum !== undefined && checksum !== xxh32(output, frameStart, at))
        throw corrupt('lz4', `the content checksum before byte ${end} does not hold`)
    },
  })
  return output
}

/** The exact size of every block and of all; each claim and each sum is held against the limit before more is read. */
function measure(bytes: Uint8Array, maxBytes: number): { blocks: number[]; total: number } {
  const blocks: number[] = []
  let total = 0
  let frameStart = 0
  walkFrames(bytes, {
    frameStarts(frame) {
      frameStart = total
      if (frame.contentSize !== undefined && total + frame.contentSize > maxBytes)
        throw tooLarge('lz4', maxBytes, total + frame.contentSize)
    },
    block(start, end, stored, frame) {
      const size = stored ? end - start : checkedSize(bytes, start, end, frame, total - frameStart)
      blocks.push(size)
      total += size
      if (total > maxBytes) throw tooLarge('lz4', maxBytes)
    },
    frameEnds(frame, _, at) {
      const size = total - frameStart
      if (frame.contentSize !== undefined && frame.contentSize !== size)
        throw corrupt('lz4', `the frame before byte ${at} holds ${size} bytes and claims ${frame.contentSize}`)
    },
  })
  return { blocks, total }
}

function checkedSize(bytes: Uint8Array, start: number, end: number, frame: Frame, before: number): number {
  try {
    const size = blockSize(bytes, start, end, frame.linked ? before : 0)
    if (size > frame.maxBlockSize) throw new BadBlock(`it holds ${size} bytes where its frame allows ${frame.maxBlockSize}`)
    return size
  } catch (error) {
    if (error instanceof BadBlock) throw corrupt('lz4', `the block at byte ${start} is malformed: ${error.message}`)
    throw error
  }
}

function decodeBlock(wasm: RustModule, block: Uint8Array, output: Uint8Array, start: number): void {
  const { length } = output
  try {
    wasm.run('decompress', block, result => output.set(result), Uint8Array.of(length, length >>> 8, length >>> 16, length >>> 24))
  } catch (cause) {
    throw corrupt('lz4', `the block at byte ${start} does not decode`, cause)
  }
}
