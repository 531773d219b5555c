import { Z_BUF_ERROR, Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2, zlibInflateReset } from 'pako'
import type { Memory } from './codec.js'
import { allocate, corrupt, tooLarge } from './limits.js'

/** zlib's windowBits for 32 KB windows and nothing but gzip. */
const gzipWindow = 15 + 16
/** A first guess never exceeds this many times the input, whatever the trailer says. */
const maxGuess = 32
const smallGrowth = 65536

/**
 * Inflates all members into one output that grows, through pako's zlib calls, which check each CRC and size. Stops as soon as there is a byte more than
 * `maxBytes`. What follows the last member must be another one: Kafka's writers pad nothing.
 */
export function inflateMembers(bytes: Uint8Array, maxBytes: number, memory?: Memory): Uint8Array {
  // One byte of room beyond the limit tells content that exceeds it from content that just fills it.
  const room = maxBytes + 1
  const stream = new ZStream()
  zlibInflateInit2(stream, gzipWindow)
  stream.input = bytes
  stream.avail_in = bytes.length
  stream.output = allocate('gzip', Math.min(firstGuess(bytes), room), memory)
  stream.avail_out = stream.output.length

  for (;;) {
    const status = zlibInflate(stream, Z_NO_FLUSH)
    if (stream.next_out > maxBytes) throw tooLarge('gzip', maxBytes)
    if (status === Z_STREAM_END) {
      if (stream.avail_in === 0) break
      if (!memberStarts(bytes, stream.next_in))
        throw corrupt('gzip', `the ${stream.avail_in} bytes from byte ${stream.next_in} on are no further member`)
      zlibInflateReset(stream)
    } else if (status !== Z_OK && status !== Z_BUF_ERROR) {
      throw corrupt('gzip', `${stream.msg || `zlib error ${status}`} before byte ${stream.next_in}`)
    } else if (stream.avail_out === 0) {
      grow(stream, Math.min(Math.max(stream.output.length * 2, smallGrowth), room))
    } else if (stream.avail_in === 0) {
      throw corrupt('gzip', `the data ends at byte ${bytes.length}, before its member does`)
    }
  }
  return stream.next_out === stream.output.length ? stream.output : stream.output.slice(0, stream.next_out)
}

/** The last four bytes are the size of the last member, modulo 2^32: of the only one, as Kafka's writers have it. */
function firstGuess(bytes: Uint8Array): number {
  const at = bytes.length - 4
  if (at < 0) return 1
  const size = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0
  return Math.max(1, Math.min(size, bytes.length * maxGuess))
}

function grow(stream: ZStream, size: number): void {
  const output = allocate('gzip', size)
  output.set(stream.output)
  stream.output = output
  stream.avail_out = size - stream.next_out
}

const memberStarts = (bytes: Uint8Array, at: number) => bytes[at] === 0x1f && bytes[at + 1] === 0x8b
