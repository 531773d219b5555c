import { ClientError } from '../error.js'
import { inRealTime } from '../real-time.js'
import type { Codec, Memory } from './codec.js'
import { corrupt, levelFor, outputLimit, tooLarge } from './limits.js'
import { ZstdCodecModule } from './wasm/zstd-codec.js'
import { zstdError } from './wasm/zstd-error.js'
import type { ZstdLargeModule } from './wasm/zstd-large.js'
import { contentBound } from './zstd-frame.js'

/** zstd's own scale: negative levels trade size for speed, 0 stands for the default. Kafka's clients take the same. */
const levels = { min: -131072, max: 22, default: 3 }

/** Input and output that zstd-codec's heap of 10.9 MiB holds together with a decoder's state, with room to spare. */
const smallHeap = 8 * 2 ** 20

/**
 * Zstandard: zstd-codec does what fits its heap, which is every usual batch, at once. What does not fit goes to a second module, which is loaded the
 * first time it is needed: only that call returns a promise.
 */
export async function loadZstd(): Promise<Codec> {
  const small = await ZstdCodecModule.load()
  const large = lazily(async () => (await import('./wasm/zstd-large.js')).ZstdLargeModule.load())
  return {
    name: 'zstd',
    compress(bytes, options) {
      const level = levelFor('zstd', options?.level, levels)
      return small.compress(bytes, level) ?? large(module => compressLarge(module, bytes, level))
    },
    decompress(bytes, options) {
      const maxBytes = outputLimit('zstd', options)
      const bound = contentBound(bytes, maxBytes)
      if (bytes.length + bound > smallHeap) return large(module => decompressLarge(module, bytes, bound, maxBytes, options?.memory))
      const content = small.decompress(bytes, bound, options?.memory)
      if (!content) throw corrupt('zstd', 'the content of its blocks, or a checksum, is malformed')
      if (content.length > maxBytes) throw tooLarge('zstd', maxBytes, content.length)
      return content
    },
  }
}

/** Runs work on a module: at once when it is loaded, else after loading it. A failed load is tried again by the next call. */
function lazily<M>(load: () => Promise<M>): <T>(work: (module: M) => T) => T | Promise<T> {
  let module: M | undefined
  let loading: Promise<M> | undefined
  const loadOnce = async () => {
    try {
      module = await load()
      return module
    } finally {
      loading = undefined
    }
  }
  return work => {
    if (module) return work(module)
    loading ??= inRealTime(loadOnce())
    return loading.then(work)
  }
}

function compressLarge(module: ZstdLargeModule, bytes: Uint8Array, level: number): Uint8Array {
  const result = module.compress(bytes, level)
  if (typeof result === 'number')
    throw new ClientError(
      'INVALID_OPTION',
      `zstd: ${bytes.length} bytes at level ${level} need more memory than there is (2 GiB at most); lower the level or send less at a time`,
    )
  return result
}

function decompressLarge(module: ZstdLargeModule, bytes: Uint8Array, bound: number, maxBytes: number, memory?: Memory): Uint8Array {
  const capacity = Math.min(bound, maxBytes)
  const result = module.decompress(bytes, capacity, memory)
  if (typeof result !== 'number') return result
  if (result === zstdError.outputTooSmall && capacity < bound) throw tooLarge('zstd', maxBytes)
  if (result === zstdError.memory)
    throw new ClientError(
      'DECOMPRESSED_TOO_LARGE',
      `zstd: no memory for content of up to ${capacity} bytes; lower maxBytes to what this machine can hold`,
    )
  throw corrupt('zstd', `the content of its blocks, or a checksum, is malformed (zstd error ${result})`)
}
