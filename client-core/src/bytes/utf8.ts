const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()
/** Up to here plain loops over ASCII beat the platform's coders (most of all in browsers, where their call alone costs 400 ns). */
const SHORT = 64
/** One array per length, filled anew for every string: `apply` over a plain array makes a flat string in one step, 30-100 ns. */
const codes = Array.from({ length: SHORT + 1 }, (_, length) => new Array<number>(length).fill(0))

/**
 * The string of `bytes[start..end)`. Invalid sequences become U+FFFD, as in Kafka itself; a byte order mark is kept.
 */
export function utf8Decode(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const length = end - start
  if (length > SHORT) return decoder.decode(bytes.subarray(start, end))
  const text = codes[length]
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i]
    if (byte >= 0x80) return decoder.decode(bytes.subarray(start, end))
    text[i] = byte
  }
  return String.fromCharCode.apply(null, text)
}

/** The UTF-8 bytes of a string; a lone surrogate becomes U+FFFD. */
export function utf8Encode(text: string): Uint8Array {
  const length = text.length
  if (length > SHORT) return encoder.encode(text)
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return encoder.encode(text)
    bytes[i] = code
  }
  return bytes
}
