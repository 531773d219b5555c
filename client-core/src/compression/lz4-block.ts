// One LZ4 block (LZ4 block format): sequences of a token, literals, and a match that is copied from at most 64 KB back.

/** What is wrong with a block, for an error that also names the place. */
export class BadBlock extends Error {}

/**
 * Decodes the block in memory[src..end) to memory[dst..limit) and gives where its output ends, or -1 for a block that is malformed or larger, whose
 * output is worth nothing. Matches may reach back as far as `floor`. A block is read and written in places that are apart.
 */
export type DecodeBlock = (memory: Uint8Array, src: number, end: number, dst: number, limit: number, floor: number) => number

/** As WebAssembly does it (`wasm/lz4-decoder.ts`), for where there is no SIMD, at a third to an eighth of the speed. */
export const decodeBlock: DecodeBlock = (memory, src, end, dst, limit, floor) => {
  let at = src
  let to = dst
  while (at < end) {
    const token = memory[at++]
    let literals = token >>> 4
    if (literals === 15) {
      let more: number
      do {
        if (at >= end) return -1
        more = memory[at++]
        literals += more
      } while (more === 255)
    }
    if (literals > end - at || literals > limit - to) return -1
    // Measured: below some 24 bytes a loop beats the call.
    if (literals > 24) memory.copyWithin(to, at, at + literals)
    else for (let i = 0; i < literals; i++) memory[to + i] = memory[at + i]
    to += literals
    at += literals
    if (at === end) return to
    if (at + 2 > end) return -1

    const offset = memory[at] | (memory[at + 1] << 8)
    at += 2
    if (offset === 0 || offset > to - floor) return -1
    let match = (token & 15) + 4
    if (match === 19) {
      let more: number
      do {
        if (at >= end) return -1
        more = memory[at++]
        match += more
      } while (more === 255)
    }
    if (match > limit - to) return -1
    // A match may overlap itself: byte by byte it repeats, as it must.
    if (match > 32 && offset >= match) memory.copyWithin(to, to - offset, to - offset + match)
    else for (let i = 0; i < match; i++) memory[to + i] = memory[to + i - offset]
    to += match
  }
  return -1
}

/**
 * The size that bytes[start..end) decodes to, for telling what is wrong with a block that did not decode. `history` is how many bytes before the
 * block's own output a match may reach. Throws `BadBlock`.
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
