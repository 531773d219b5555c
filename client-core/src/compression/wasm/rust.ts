import { exportedFunction, exportedMemory, type Work } from './exports.js'

/** Beyond this an idle instance would hold too much; a batch of 1 MB needs a tenth of it. */
const keptMemory = 64 * 2 ** 20
const noPrefix = new Uint8Array(0)

/**
 * One glue for lz4-wasm and snappy-wasm: both were built by the same wasm-bindgen, whose convention is (where to put the result, pointer, length),
 * the input owned by the callee, the result freed by the caller. Their own glue copies once more, and a bundler must understand `.wasm` imports.
 *
 * A trap leaves about 200 bytes of shadow stack behind, so that an instance is dead after some 4,000 of them (measured): one trap, one new instance.
 * WebAssembly memory never shrinks: an instance that served something large is let go.
 */
export class RustModule {
  readonly #module: WebAssembly.Module
  readonly #names: readonly string[]
  #memory!: WebAssembly.Memory
  #malloc!: Work
  #free!: Work
  #moveStack!: Work
  #work!: ReadonlyMap<string, Work>
  #bytes!: Uint8Array
  #words!: Int32Array
  #errors: string[] = []

  /** `names` are the exports that `run` will be asked for. */
  constructor(module: WebAssembly.Module, names: readonly string[]) {
    this.#module = module
    this.#names = names
    this.#instantiate()
  }

  /**
   * Runs an export on prefix and input, and hands its result to `take`: a view of the module's memory, valid only inside. Throws an `Error` with the
   * module's own words, or a `WebAssembly.RuntimeError` after a trap.
   */
  run<T>(name: string, input: Uint8Array, take: (result: Uint8Array) => T, prefix: Uint8Array = noPrefix): T {
    try {
      return this.#call(this.#work.get(name)!, input, take, prefix)
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) this.#instantiate()
      throw error
    } finally {
      if (this.#memory.buffer.byteLength > keptMemory) this.#instantiate()
    }
  }

  /** What the present instance holds, in bytes. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength
  }

  #call<T>(work: Work, input: Uint8Array, take: (result: Uint8Array) => T, prefix: Uint8Array): T {
    const length = prefix.length + input.length
    const pointer = this.#malloc(length)
    this.#refreshViews()
    this.#bytes.set(prefix, pointer)
    this.#bytes.set(input, pointer + prefix.length)

    const slot = this.#moveStack(-16)
    work(slot, pointer, length)
    this.#refreshViews()
    const resultPointer = this.#words[slot >> 2]
    const resultLength = this.#words[(slot >> 2) + 1]
    const error = this.#errors.pop()
    this.#moveStack(16)
    if (error !== undefined) throw new Error(error)
    try {
      return take(this.#bytes.subarray(resultPointer, resultPointer + resultLength))
    } finally {
      this.#free(resultPointer, resultLength)
    }
  }

  /** Memory that grew has detached the views of it. */
  #refreshViews(): void {
    const { buffer } = this.#memory
    if (this.#bytes.buffer === buffer) return
    this.#bytes = new Uint8Array(buffer)
    this.#words = new Int32Array(buffer)
  }

  #instantiate(): void {
    // The one import of each module makes an error out of a message; the error comes back through the result's third word, which is not needed:
    // a call makes at most one.
    const keepError = (pointer: number, length: number) => {
      this.#errors.push(new TextDecoder().decode(new Uint8Array(this.#memory.buffer, pointer, length)))
      return 0
    }
    const imports: Record<string, Record<string, typeof keepError>> = {}
    for (const { module, name } of WebAssembly.Module.imports(this.#module)) imports[module] = { [name]: keepError }

    const exports = new WebAssembly.Instance(this.#module, imports).exports
    this.#memory = exportedMemory(exports, 'memory')
    this.#malloc = exportedFunction(exports, '__wbindgen_malloc')
    this.#free = exportedFunction(exports, '__wbindgen_free')
    this.#moveStack = exportedFunction(exports, '__wbindgen_add_to_stack_pointer')
    this.#work = new Map(this.#names.map(name => [name, exportedFunction(exports, name)]))
    this.#bytes = new Uint8Array(this.#memory.buffer)
    this.#words = new Int32Array(this.#memory.buffer)
    this.#errors = []
  }
}
