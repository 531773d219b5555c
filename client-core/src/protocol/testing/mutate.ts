/** A stream of numbers below `bound`, the same for the same seed (mulberry32). */
export function random(seed: number): (bound: number) => number {
  let state = seed
  return bound => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound)
  }
}

const lengths = [0x7fffffff, -1, -2, -0x80000000, 0x7fff0000, 0xffffff0f | 0, 0x00ffffff, 0]
/** As varints: 0, 1, the largest of 32 bits, one too large, one that never ends. */
const varints = [[0], [1], [0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]

/** One change of the kind that broken or hostile software makes. */
export function mutated(bytes: Uint8Array, next: (bound: number) => number): Uint8Array {
  const at = next(bytes.length + 1)
  const changed = bytes.slice()
  switch (next(7)) {
    case 0:
      return bytes.slice(0, at)
    case 1:
      return spliced(
        bytes,
        at,
        0,
        [...new Uint8Array(1 + next(8))].map(() => next(256)),
      )
    case 2:
      return spliced(bytes, at, 1 + next(8), [])
    case 3:
      return spliced(bytes, at, 1, varints[next(varints.length)])
    case 4:
      if (at + 4 <= bytes.length) new DataView(changed.buffer).setInt32(at, lengths[next(lengths.length)])
      return changed
    case 5:
      if (at < bytes.length) changed[at] ^= 1 << next(8)
      return changed
    default:
      if (at < bytes.length) changed[at] = next(256)
      return changed
  }
}

function spliced(bytes: Uint8Array, at: number, remove: number, insert: readonly number[]): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)])
}
