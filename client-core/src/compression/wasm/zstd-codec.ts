// zstd-codec's module through its one-shot calls, which take multiple and skippable frames and check what they decode, given enough room for it.
//
// Its heap is 16 MiB for good, of which 10.9 are free (that maximum is compiled into it): callers bring what fits. Its streaming calls would reach
// further, but return a prefix for a frame that was cut short, cost 50-160 us a call, and fail on windows from 12 MiB all the same.
import type { Memory } from '../codec.js'
import { owned } from '../limits.js'
import { compile } from './compile.js'
import { type BoundObject, constructObject } from './embind.js'
import type { Work } from './exports.js'
import { dynamicBase, memoryPages, packed, tableSize } from './zstd.wasm.js'

/** libc++'s std::vector: begin, end, end of capacity. Made by hand it saves the zero fill of resize(), which costs more than decoding a small batch. */
const vectorHead = 12
/** What malloc needs for itself at the end of the heap, generously. */
const mallocMargin = 65536

export class ZstdCodecModule {
  readonly #module: WebAssembly.Module
  #object!: BoundObject
  #bytes!: Uint8Array
  #words!: Uint32Array
  #compressBound!: Work
  #compress!: Work
  #decompress!: Work

  static async load(): Promise<ZstdCodecModule> {
    return new ZstdCodecModule(await compile(packed))
  }

  constructor(module: WebAssembly.Module) {
    this.#module = module
    this.#construct()
  }

  /** One frame with its content size; undefined when input and level do not fit. */
  compress(bytes: Uint8Array, level: number): Uint8Array | undefined {
    return this.#run(bytes, this.#compressBound(bytes.length), (output, input) => this.#compress(output, input, level))
  }

  /** The content of all frames, which must be at most `capacity`; undefined when they do not decode. Both together must fit. */
  decompress(bytes: Uint8Array, capacity: number, memory?: Memory): Uint8Array | undefined {
    return this.#run(bytes, capacity, this.#decompress, memory)
  }

  #run(bytes: Uint8Array, capacity: number, work: (output: number, input: number) => number, memory?: Memory): Uint8Array | undefined {
    try {
      const input = this.#vector(bytes.length)
      const output = input && this.#vector(capacity)
      let result: Uint8Array | undefined
      if (output) {
        this.#bytes.set(bytes, input + vectorHead)
        const size = work(output, input)
        if (size >= 0) result = owned(this.#bytes.subarray(output + vectorHead, output + vectorHead + size), memory)
        this.#object.free(output)
      }
      if (input) this.#object.free(input)
      return result
    } catch {
      // It trapped or called abort(): nobody knows what its heap looks like now.
      this.#construct()
      return undefined
    }
  }

  /** A vector of so many bytes, or 0. */
  #vector(size: number): number {
    const pointer = this.#object.malloc(vectorHead + size)
    if (pointer) {
      const start = pointer + vectorHead
      const word = pointer >> 2
      this.#words[word] = start
      this.#words[word + 1] = start + size
      this.#words[word + 2] = start + size
    }
    return pointer
  }

  #construct(): void {
    this.#object = constructObject(this.#module, 'ZstdCodec', { dynamicBase, memoryPages, tableSize })
    this.#bytes = new Uint8Array(this.#object.memory.buffer)
    this.#words = new Uint32Array(this.#object.memory.buffer)
    this.#compressBound = this.#object.method('compressBound')
    this.#compress = this.#object.method('compress')
    this.#decompress = this.#object.method('decompress')
    // malloc asks for new heap even when half of what it needs lies free at the end, so that after a few sizes 4 MiB no longer fit twice. One block
    // over everything, given back, leaves it one free block for good.
    this.#object.free(this.#object.malloc(this.#bytes.length - dynamicBase - mallocMargin))
  }
}
