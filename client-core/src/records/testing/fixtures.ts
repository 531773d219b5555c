/// <reference types="vite/types/importMeta.d.ts" />

// As data URLs, so that the same line loads them in Node and in a page.
const urls = import.meta.glob<string>('../fixtures/*.bin', { query: '?url&inline', import: 'default' })

/** Segments of a broker's log that other clients wrote: 676 records of JSON in one batch each. */
export async function segment(name: string): Promise<Uint8Array> {
  const load = urls[`../fixtures/${name}.bin`]
  if (!load) throw new Error(`there is no fixture ${name}`)
  return new Uint8Array(await (await fetch(await load())).arrayBuffer())
}
