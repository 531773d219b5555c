/** Inflates and compiles a module out of a generated `*.wasm.ts`. Under a strict CSP this needs `'wasm-unsafe-eval'`, never `'unsafe-eval'`. */
export async function compile(packed: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await inflateRaw(fromBase64(packed)))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** The platform's own inflate loads nothing. A platform without it gets pako's, which the gzip codec uses anyway. */
async function inflateRaw(bytes: Uint8Array<ArrayBuffer>): Promise<BufferSource> {
  if (typeof DecompressionStream === 'undefined') return (await import('pako')).inflateRaw(bytes)
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer()
}
