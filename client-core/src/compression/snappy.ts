import type { Codec, Memory } from './codec.js'
import { allocate, corrupt, outputLimit, refuseLevel, tooLarge } from './limits.js'
import { compile } from './wasm/compile.js'
import { RustModule } from './wasm/rust.js'
import { packed } from './wasm/snappy.wasm.js'
import { isXerial, walkChunks, writeChunks } from './xerial.js'

/**
 * Snappy: snappy-wasm does the raw blocks. Both forms are read: Java writes the xerial one, librdkafka and Go write raw blocks. The xerial form is
 * written: what Java's producers write, every reader of Kafka must know, while raw blocks are what Java's reader falls back to when it finds no header;
 * and its chunks of 32 KB bound what a reader holds at a time, where of a raw block it must hold all.
 */
export async function loadSnappy(): Promise<Codec> {
  const wasm = new RustModule(await compile(packed), ['compress_raw', 'decompress_raw'])
  return {
    name: 'snappy',
    compress(bytes, options) {
      refuseLevel('snappy', options?.level)
      return writeChunks(bytes, maxCompressed, (chunk, output, to) =>
        wasm.run('compress_raw', chunk, result => {
          output.set(result, to)
          return result.length
        }),
      )
    },
    decompress(bytes, options) {
      const maxBytes = outputLimit('snappy', options)
      const read = isXerial(bytes) ? decompressXerial : decompressRaw
      return read(wasm, bytes, maxBytes, options?.memory)
    },
  }
}

/** Snappy's own bound: incompressible bytes grow by a sixth at most. */
const maxCompressed = (size: number) => 32 + size + Math.floor(size / 6)

function decompressRaw(wasm: RustModule, bytes: Uint8Array, maxBytes: number, memory?: Memory): Uint8Array {
  const size = rawSize(bytes, 0, bytes.length)
  if (size > maxBytes) throw tooLarge('snappy', maxBytes, size)
  const output = allocate('snappy', size, memory)
  decodeRaw(wasm, bytes, 0, bytes.length, output)
  return output
}

function decompressXerial(wasm: RustModule, bytes: Uint8Array, maxBytes: number, memory?: Memory): Uint8Array {
  const sizes: number[] = []
  let total = 0
  walkChunks(bytes, (start, end) => {
    const size = rawSize(bytes, start, end)
    sizes.push(size)
    total += size
    if (total > maxBytes) throw tooLarge('snappy', maxBytes)
  })
  const output = allocate('snappy', total, memory)
  let next = 0
  let at = 0
  walkChunks(bytes, (start, end) => {
    const size = sizes[next++]
    decodeRaw(wasm, bytes, start, end, output.subarray(at, at + size))
    at += size
  })
  return output
}

/** The densest element makes 64 bytes out of 3: a claim beyond that is a lie, and snappy-wasm would allocate whatever it says. */
const maxExpansion = 64 / 3

/** The size that a raw block claims in its first bytes (a varint of at most 32 bits). */
function rawSize(bytes: Uint8Array, start: number, end: number): number {
  let size = 0
  for (let i = 0; i < 5; i++) {
    if (start + i >= end) throw corrupt('snappy', `the data ends at byte ${end}, inside the size of the block at byte ${start}`)
    const byte = bytes[start + i]
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte & 0x80) continue
    if (size > (end - start) * maxExpansion)
      throw corrupt('snappy', `the block at byte ${start} claims ${size} bytes, more than its ${end - start} bytes can hold`)
    return size
  }
  throw corrupt('snappy', `the size of the block at byte ${start} is malformed`)
}

function decodeRaw(wasm: RustModule, bytes: Uint8Array, start: number, end: number, output: Uint8Array): void {
  try {
    wasm.run('decompress_raw', bytes.subarray(start, end), result => output.set(result))
  } catch (cause) {
    throw corrupt('snappy', `the block at byte ${start} does not decode: ${cause instanceof Error ? cause.message : cause}`, cause)
  }
}
