import { ClientError } from '../error.js'
import { inRealTime } from '../real-time.js'
import type { Codec, CodecName } from './codec.js'

/** One loader per codec, each a dynamic import: a page that never meets zstd never loads it. */
export type Loaders = Readonly<Record<CodecName, () => Promise<Codec>>>

export interface Registry {
  codec(name: CodecName): Promise<Codec>
  loadedCodec(name: CodecName): Codec | undefined
}

export function createRegistry(loaders: Loaders): Registry {
  const byName = new Map<string, () => Promise<Codec>>(Object.entries(loaders))
  const loading = new Map<string, Promise<Codec>>()
  const loaded = new Map<string, Codec>()

  async function load(name: string): Promise<Codec> {
    const loader = byName.get(name)
    if (!loader) throw new ClientError('UNKNOWN_CODEC', `there is no codec "${name}"; there are ${[...byName.keys()].join(', ')}`)
    try {
      const codec = await loader()
      loaded.set(name, codec)
      return codec
    } catch (error) {
      // A chunk that did not arrive may arrive the next time.
      loading.delete(name)
      throw error
    }
  }

  return {
    codec(name) {
      let promise = loading.get(name)
      if (!promise) {
        promise = inRealTime(load(name))
        loading.set(name, promise)
      }
      return promise
    },
    loadedCodec: name => loaded.get(name),
  }
}
