/// <reference types="vite/types/importMeta.d.ts" />

// As data URLs, so that the same line loads them in Node and in a page.
const urls = import.meta.glob<string>('../fixtures/*.raw', { query: '?url&inline', import: 'default' })

/** Bytes that somebody else's producer or tool wrote. */
export async function fixture(name: string): Promise<Uint8Array> {
  const load = urls[`../fixtures/${name}.raw`]
  if (!load) throw new Error(`there is no fixture ${name}`)
  return new Uint8Array(await (await fetch(await load())).arrayBuffer())
}
