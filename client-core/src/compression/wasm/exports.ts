/** A function that a module exports: numbers in, a number out. */
export type Work = (...args: number[]) => number

const isWork = (value: WebAssembly.ExportValue | undefined): value is Work => typeof value === 'function'

export function exportedFunction(exports: WebAssembly.Exports, name: string): Work {
  const found = exports[name]
  if (!isWork(found)) throw new Error(`the WebAssembly module exports no function ${name}`)
  return found
}

export function exportedMemory(exports: WebAssembly.Exports, name: string): WebAssembly.Memory {
  const found = exports[name]
  if (!(found instanceof WebAssembly.Memory)) throw new Error(`the WebAssembly module exports no memory ${name}`)
  return found
}
