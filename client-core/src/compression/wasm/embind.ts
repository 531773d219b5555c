// A module that Emscripten bound with embind (C++), without embind's JavaScript: that builds functions out of strings, which a strict CSP forbids.
// Wanted are the methods of one class, taking and returning numbers; of all that the module registers at its start, only these are kept.
import { exportedFunction, type Work } from './exports.js'

/** What the module was linked for; constants of its own JavaScript. */
export interface Layout {
  /** Where its heap begins: behind data and stack. */
  dynamicBase: number
  memoryPages: number
  tableSize: number
}

export interface BoundObject {
  memory: WebAssembly.Memory
  malloc: Work
  free: Work
  /** One of its methods, bound to it. */
  method(name: string): Work
}

/** Embind's way to call: the signature names a trampoline, then come the invoker, what it is bound to, and the arguments. */
interface Binding {
  signature: string
  invoker: number
  context: number
}

/** Instantiates the module and constructs one object of a class. */
export function constructObject(module: WebAssembly.Module, className: string, layout: Layout): BoundObject {
  const memory = new WebAssembly.Memory({ initial: layout.memoryPages, maximum: layout.memoryPages })
  const table = new WebAssembly.Table({ initial: layout.tableSize, element: 'anyfunc' })
  const bytes = new Uint8Array(memory.buffer)
  const registry = new Registry(bytes)
  const given = { ...heapImports(bytes, layout.dynamicBase), ...registry.imports }

  const env: Record<string, WebAssembly.ImportValue> = { memory, table }
  for (const { name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === 'function') env[name] = given[name] ?? notNeeded(name)
  }
  const exports = new WebAssembly.Instance(module, { env }).exports
  const bind = (binding: Binding | undefined, ...self: number[]): Work => {
    if (!binding) throw new Error(`the WebAssembly module does not bind what is needed of ${className}`)
    const trampoline = exportedFunction(exports, `dynCall_${binding.signature}`)
    return (...args) => trampoline(binding.invoker, binding.context, ...self, ...args)
  }

  exportedFunction(exports, '__wasm_call_ctors')()
  const self = bind(registry.constructors.get(className))()
  return {
    memory,
    malloc: exportedFunction(exports, 'malloc'),
    free: exportedFunction(exports, 'free'),
    method: name => bind(registry.methods.get(`${className}.${name}`), self),
  }
}

/** Hears what the module registers. */
class Registry {
  readonly constructors = new Map<string, Binding>()
  readonly methods = new Map<string, Binding>()
  readonly #classNames = new Map<number, string>()
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  readonly imports: Record<string, Work> = {
    _embind_register_class: (...args) => {
      const [id] = args
      this.#classNames.set(id, this.#text(args[10]))
      return 0
    },
    _embind_register_class_constructor: (id, _count, _types, signature, invoker, context) => {
      this.constructors.set(this.#className(id), { signature: this.#text(signature), invoker, context })
      return 0
    },
    _embind_register_class_function: (id, name, _count, _types, signature, invoker, context) => {
      this.methods.set(`${this.#className(id)}.${this.#text(name)}`, { signature: this.#text(signature), invoker, context })
      return 0
    },
  }

  #className(id: number): string {
    return this.#classNames.get(id) ?? ''
  }

  /** A C string. */
  #text(pointer: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(pointer, this.#bytes.indexOf(0, pointer)))
  }
}

/** What malloc and memcpy stand on. The heap ends where the memory does: malloc then returns 0. */
function heapImports(bytes: Uint8Array, start: number): Record<string, Work> {
  let end = start
  return {
    sbrk(more) {
      const block = end
      if (block + more > bytes.length) return -1
      end += more
      return block
    },
    emscripten_memcpy_big(to, from, size) {
      bytes.copyWithin(to, from, from + size)
      return to
    },
    // Locks of a program that has one thread.
    __lock: () => 0,
    __unlock: () => 0,
  }
}

/** Types, free functions and the like are registered and never used; anything else that is called is a surprise. */
function notNeeded(name: string): Work {
  if (name.startsWith('_embind_register_')) return () => 0
  return () => {
    throw new Error(`the WebAssembly module called ${name}`)
  }
}
