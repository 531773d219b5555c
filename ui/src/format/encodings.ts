/** Bytes to and from hex and base64, with the place of the first fault when the text is none. */

const HEX = '0123456789abcdef'

export function toHex(bytes: Uint8Array, gap = ''): string {
  const parts = new Array<string>(bytes.length)
  for (let at = 0; at < bytes.length; at++) parts[at] = HEX[bytes[at] >> 4] + HEX[bytes[at] & 15]
  return parts.join(gap)
}

export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 32_768) binary += String.fromCharCode(...bytes.subarray(at, at + 32_768))
  return btoa(binary)
}

/** `new byte[]` of C: the copy menu's form. */
export function toCArray(bytes: Uint8Array): string {
  return `{ ${Array.from(bytes, byte => `0x${HEX[byte >> 4]}${HEX[byte & 15]}`).join(', ')} }`
}

export type Parsed = { ok: true; bytes: Uint8Array } | { ok: false; why: string }

/** Hex digits in pairs; white space, `0x` and commas between them are passed over. */
export function fromHex(text: string): Parsed {
  const digits = text.replace(/0x/gi, '').replace(/[\s,:]/g, '')
  const wrong = /[^0-9a-f]/i.exec(digits)
  if (wrong) return { ok: false, why: `"${wrong[0]}" is not a hex digit` }
  if (digits.length % 2 === 1) return { ok: false, why: `${digits.length} hex digits: the last byte has only one` }
  const bytes = new Uint8Array(digits.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16)
  return { ok: true, bytes }
}

/** Standard or URL alphabet, padding optional. */
export function fromBase64(text: string): Parsed {
  const compact = text.replace(/\s/g, '').replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')
  const wrong = /[^A-Za-z0-9+/]/.exec(compact)
  if (wrong) return { ok: false, why: `"${wrong[0]}" at ${wrong.index} is not base64` }
  if (compact.length % 4 === 1) return { ok: false, why: 'one base64 digit too many, or one missing' }
  const binary = atob(compact)
  return { ok: true, bytes: Uint8Array.from(binary, char => char.charCodeAt(0)) }
}
