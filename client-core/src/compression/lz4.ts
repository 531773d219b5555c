import type { Codec } from './codec.js'
import { outputLimit, refuseLevel } from './limits.js'
import { writeFrame } from './lz4-frame.js'
import { copied, createLz4Reader } from './lz4-reader.js'
import { compile } from './wasm/compile.js'
import { packed } from './wasm/lz4.wasm.js'
import { RustModule } from './wasm/rust.js'

/** LZ4: the frame is ours, and so is reading its blocks; they are written by lz4-wasm, which knows nothing but blocks. */
export async function loadLz4(): Promise<Codec> {
  const wasm = new RustModule(await compile(packed), ['compress'])
  const peek = createLz4Reader()
  return {
    name: 'lz4',
    compress(bytes, options) {
      refuseLevel('lz4', options?.level)
      return writeFrame(bytes, (block, output, to) => compressBlock(wasm, block, output, to))
    },
    decompress: (bytes, options) =>
      peek(bytes, outputLimit('lz4', options), (content, isFresh) => copied(content, isFresh, options?.memory)),
    peek: (bytes, maxBytes, see) => peek(bytes, outputLimit('lz4', { maxBytes }), see),
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
