// One LZ4 block (LZ4 block format): sequences of a token, literals, and a match that is copied from at most 64 KB back.
//
// lz4-wasm wants the exact size of what a block decodes to, which a frame does not carry, and accepts a match offset of 0, with which it returns stale
// memory (CVE-2026-32829). Walking the tokens gives the size and checks every offset; it runs at several GB/s, a few per cent of the decoding itself.

/** What is wrong with a block, for an error that also names the place. */
export class BadBlock extends Error {}

/**
 * The size that bytes[start..end) decodes to. `history` is how many bytes before the block's own output a match may reach, for linked blocks.
 * Throws `BadBlock`.
 */
export function blockSize(bytes: Uint8Array, start: number, end: number, history: number): number {
  let at = start
  let size = 0
  while (at < end) {
    const token = bytes[at++]
    let literals = token >>> 4
    if (literals === 15) {
      let more: number
      do {
        if (at >= end) throw new BadBlock('a length runs past its end')
        more = bytes[at++]
        literals += more
      } while (more === 255)
    }
    at += literals
    size += literals
    if (at === end) return size
    if (at + 2 > end) throw new BadBlock('its literals run past its end')

    const offset = bytes[at] | (bytes[at + 1] << 8)
    at += 2
    if (offset === 0 || offset > size + history) throw new BadBlock(`a match reaches ${offset} bytes back where ${size + history} exist`)
    let match = (token & 15) + 4
    if (match === 19) {
      let more: number
      do {
        if (at >= end) throw new BadBlock('a length runs past its end')
        more = bytes[at++]
        match += more
      } while (more === 255)
    }
    size += match
  }
  throw new BadBlock('it ends without its last literals')
}

/**
 * Decodes a block that `blockSize` has accepted to output[position...), with what lies before as history. For linked blocks only, which lz4-wasm has no
 * call for; it is half as fast.
 */
export function decodeLinkedBlock(bytes: Uint8Array, start: number, end: number, output: Uint8Array, position: number): void {
  let at = start
  let to = position
  for (;;) {
    const token = bytes[at++]
    let literals = token >>> 4
    if (literals === 15) {
      let more: number
      do {
        more = bytes[at++]
        literals += more
      } while (more === 255)
    }
    // Measured: below some 24 bytes a loop beats the call.
    if (literals > 24) output.set(bytes.subarray(at, at + literals), to)
    else for (let i = 0; i < literals; i++) output[to + i] = bytes[at + i]
    to += literals
    at += literals
    if (at === end) return

    const offset = bytes[at] | (bytes[at + 1] << 8)
    at += 2
    let match = (token & 15) + 4
    if (match === 19) {
      let more: number
      do {
        more = bytes[at++]
        match += more
      } while (more === 255)
    }
    // A match may overlap itself: byte by byte it repeats, as it must.
    if (match > 32 && offset >= match) output.copyWithin(to, to - offset, to - offset + match)
    else for (let i = 0; i < match; i++) output[to + i] = output[to + i - offset]
    to += match
  }
}
