/** UTF-8 as it came: what is valid becomes text, each byte that is not is kept apart and never becomes U+FFFD. */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export type Utf8Piece = { ok: true; text: string } | { ok: false; byte: number; at: number }

/** The text when all of it is valid, else null. */
export function validUtf8(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes)
  } catch {
    return null
  }
}

/** Where the first invalid sequence starts; −1 when all is valid. */
export function firstInvalid(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceAt(bytes, at)
    if (length === 0) return at
    at += length
  }
  return -1
}

/** Valid runs and single invalid bytes, in order. */
export function utf8Pieces(bytes: Uint8Array): Utf8Piece[] {
  const whole = validUtf8(bytes)
  if (whole !== null) return whole === '' ? [] : [{ ok: true, text: whole }]
  const pieces: Utf8Piece[] = []
  let from = 0
  let at = 0
  const flush = () => {
    if (at > from) pieces.push({ ok: true, text: strict.decode(bytes.subarray(from, at)) })
  }
  while (at < bytes.length) {
    const length = sequenceAt(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    flush()
    pieces.push({ ok: false, byte: bytes[at], at })
    from = ++at
  }
  flush()
  return pieces
}

/** Cuts after at most `limit` bytes, never inside a sequence. */
export function cutUtf8(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes.length <= limit) return bytes
  let end = limit
  while (end > 0 && end > limit - 4 && (bytes[end] & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

/** Length of the well-formed sequence at `at` (Unicode 15, table 3-7), 0 when there is none. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]
  if (lead < 0x80) return 1
  const follow = (index: number, low = 0x80, high = 0xbf) => {
    const byte = bytes[at + index]
    return byte >= low && byte <= high
  }
  if (lead >= 0xc2 && lead <= 0xdf) return follow(1) ? 2 : 0
  if (lead >= 0xe0 && lead <= 0xef) {
    const low = lead === 0xe0 ? 0xa0 : 0x80
    const high = lead === 0xed ? 0x9f : 0xbf
    return follow(1, low, high) && follow(2) ? 3 : 0
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const low = lead === 0xf0 ? 0x90 : 0x80
    const high = lead === 0xf4 ? 0x8f : 0xbf
    return follow(1, low, high) && follow(2) && follow(3) ? 4 : 0
  }
  return 0
}
