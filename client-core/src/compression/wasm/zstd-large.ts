// @bokuweb/zstd-wasm's module: a current zstd in C whose memory grows to 2 GiB. It takes what zstd-codec's heap cannot hold: any window, any level, large
// input. Its own JavaScript frees nothing after an error, fails on frames without a content size beyond a guess, and is not needed.
import type { Memory } from '../codec.js'
import { owned } from '../limits.js'
import { compile } from './compile.js'
import { exportedFunction, exportedMemory, type Work } from './exports.js'
import { zstdError } from './zstd-error.js'
import { exportNames, packed, resizeHeapImport } from './zstd-large.wasm.js'

type Call = Record<Exclude<keyof typeof exportNames, 'memory'>, Work>

/** Memory never shrinks: an instance that grew beyond this is let go. A fresh one has 16 MiB. */
const keptMemory = 64 * 2 ** 20
const maxMemory = 2 ** 31
const pageBytes = 65536

export class ZstdLargeModule {
  readonly #module: WebAssembly.Module
  #memory!: WebAssembly.Memory
  #call!: Call

  static async load(): Promise<ZstdLargeModule> {
    return new ZstdLargeModule(await compile(packed))
  }

  constructor(module: WebAssembly.Module) {
    this.#module = module
    this.#instantiate()
  }

  /** One frame with its content size, or zstd's error code. */
  compress(bytes: Uint8Array, level: number): Uint8Array | number {
    const capacity = this.#call.compressBound(bytes.length)
    return this.#run(bytes, capacity, (output, input) => this.#call.compress(output, capacity, input, bytes.length, level))
  }

  /** The content of all frames, or zstd's error code: `outputTooSmall` when it is more than `capacity`. */
  decompress(bytes: Uint8Array, capacity: number, memory?: Memory): Uint8Array | number {
    return this.#run(bytes, capacity, (output, input) => this.#call.decompress(output, capacity, input, bytes.length), memory)
  }

  /** What the present instance holds, in bytes. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength
  }

  #run(bytes: Uint8Array, capacity: number, work: (output: number, input: number) => number, memory?: Memory): Uint8Array | number {
    try {
      const input = this.#call.malloc(bytes.length || 1)
      const output = input && this.#call.malloc(capacity || 1)
      if (!output) {
        this.#instantiate()
        return zstdError.memory
      }
      new Uint8Array(this.#memory.buffer).set(bytes, input)
      const size = work(output, input)
      const result = this.#call.isError(size) ? -size : owned(new Uint8Array(this.#memory.buffer, output, size), memory)
      this.#call.free(output)
      this.#call.free(input)
      return result
    } catch (error) {
      this.#instantiate()
      // `owned` found no memory for the copy.
      if (error instanceof RangeError) return zstdError.memory
      return zstdError.generic
    } finally {
      if (this.memoryBytes > keptMemory) this.#instantiate()
    }
  }

  #instantiate(): void {
    const grow = (wanted: number) => {
      const size = wanted >>> 0
      if (size > maxMemory) return 0
      try {
        this.#memory.grow(Math.ceil((size - this.memoryBytes) / pageBytes))
        return 1
      } catch {
        return 0
      }
    }
    const imports: Record<string, Record<string, Work>> = {}
    for (const { module, name } of WebAssembly.Module.imports(this.#module)) {
      imports[module] ??= {}
      // The others end the program or set a timer, which compressing never does.
      imports[module][name] = name === resizeHeapImport ? grow : () => unexpected(name)
    }
    const exports = new WebAssembly.Instance(this.#module, imports).exports
    const call = (name: keyof Call) => exportedFunction(exports, exportNames[name])
    this.#memory = exportedMemory(exports, exportNames.memory)
    this.#call = {
      construct: call('construct'),
      malloc: call('malloc'),
      free: call('free'),
      isError: call('isError'),
      compressBound: call('compressBound'),
      compress: call('compress'),
      decompress: call('decompress'),
    }
    this.#call.construct()
  }
}

function unexpected(name: string): never {
  throw new Error(`zstd-wasm called ${name}`)
}
