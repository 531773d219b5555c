// snappy-java's stream: a header of 16 bytes (magic, version, lowest compatible version), then chunks of a big-endian size and raw snappy. Kafka's Java
// clients write it; librdkafka and Go write raw snappy without any frame. A raw block cannot begin with these eight bytes: its first element would be a copy.
import { corrupt } from './limits.js'

const header = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1)
const magicBytes = 8
/** Where a chunk's size should be, these first four bytes of the magic mean that another stream follows: snappy-java reads that too. */
const concatenated = 0x82534e41
const chunkBytes = 32768

export function isXerial(bytes: Uint8Array): boolean {
  for (let i = 0; i < magicBytes; i++) if (bytes[i] !== header[i]) return false
  return true
}

/** Calls `chunk` with the borders of each raw snappy block. Throws `CORRUPT_COMPRESSION`. */
export function walkChunks(bytes: Uint8Array, chunk: (start: number, end: number) => void): void {
  let at = skipHeader(bytes, 0)
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw endsEarly(bytes)
    const size = ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
    if (size === concatenated) {
      at = skipHeader(bytes, at)
      continue
    }
    at += 4
    if (at + size > bytes.length) throw endsEarly(bytes)
    chunk(at, at + size)
    at += size
  }
}

function skipHeader(bytes: Uint8Array, at: number): number {
  if (at + header.length > bytes.length) throw endsEarly(bytes)
  if (!isXerial(bytes.subarray(at))) throw corrupt('snappy', `the stream header at byte ${at} is malformed`)
  return at + header.length
}

const endsEarly = (bytes: Uint8Array) => corrupt('snappy', `the data ends at byte ${bytes.length}, inside a chunk`)

/** Writes the header and chunks of 32 KB, as snappy-java does. `compressChunk` writes at `to` and returns how much; `maxCompressed` bounds that. */
export function writeChunks(
  bytes: Uint8Array,
  maxCompressed: (size: number) => number,
  compressChunk: (chunk: Uint8Array, output: Uint8Array, to: number) => number,
): Uint8Array {
  const chunks = Math.ceil(bytes.length / chunkBytes)
  const output = new Uint8Array(header.length + chunks * (4 + maxCompressed(Math.min(chunkBytes, bytes.length))))
  output.set(header)
  let at = header.length
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const size = compressChunk(bytes.subarray(from, from + chunkBytes), output, at + 4)
    output[at] = size >>> 24
    output[at + 1] = size >>> 16
    output[at + 2] = size >>> 8
    output[at + 3] = size
    at += 4 + size
  }
  return output.slice(0, at)
}
