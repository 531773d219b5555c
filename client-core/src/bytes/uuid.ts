import { ClientError } from '../error.js'

/** A topic, directory or member id: 16 bytes in unpadded base64url, 22 characters, as Kafka prints it. */
export type Uuid = string

/** "No id": what Kafka means where a version or a broker has none. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA' satisfies Uuid

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const digits = Uint8Array.from(alphabet, character => character.charCodeAt(0))
const sextets = new Int8Array(128).fill(-1)
digits.forEach((code, sextet) => {
  sextets[code] = sextet
})

/** Filled anew for every uuid: one call makes the string, without the intermediate ones of a concatenation. */
const codes = new Array<number>(22).fill(0)

/** The 16 bytes at an offset as base64url; the caller has checked that they are there. */
export function uuidAt(bytes: Uint8Array, at: number): Uuid {
  let to = 0
  for (let i = at; i < at + 15; i += 3) {
    const bits = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2]
    codes[to++] = digits[bits >> 18]
    codes[to++] = digits[(bits >> 12) & 63]
    codes[to++] = digits[(bits >> 6) & 63]
    codes[to++] = digits[bits & 63]
  }
  const last = bytes[at + 15]
  codes[20] = digits[last >> 2]
  codes[21] = digits[(last & 3) << 4]
  return String.fromCharCode.apply(null, codes)
}

/** Writes 16 bytes at an offset. Throws `INVALID_REQUEST` for anything but 22 base64url characters whose unused bits are zero. */
export function putUuid(bytes: Uint8Array, at: number, uuid: Uuid): void {
  if (uuid.length !== 22) throw notUuid(uuid)
  let held = 0
  let bits = 0
  for (let i = 0; i < 22; i++) {
    const code = uuid.charCodeAt(i)
    const sextet = code < 128 ? sextets[code] : -1
    if (sextet < 0) throw notUuid(uuid)
    held = (held << 6) | sextet
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >> bits
    held &= (1 << bits) - 1
  }
  if (held !== 0) throw notUuid(uuid)
}

export function uuidFromBytes(bytes: Uint8Array): Uuid {
  if (bytes.length !== 16) throw new ClientError('INVALID_REQUEST', `a uuid has 16 bytes, not ${bytes.length}`)
  return uuidAt(bytes, 0)
}

export function uuidToBytes(uuid: Uuid): Uint8Array {
  const bytes = new Uint8Array(16)
  putUuid(bytes, 0, uuid)
  return bytes
}

/** A random (version 4) uuid. As in Kafka, none starts with '-', which command lines would take for an option. */
export function randomUuid(): Uuid {
  const bytes = new Uint8Array(16)
  for (;;) {
    crypto.getRandomValues(bytes)
    bytes[6] = (bytes[6] & 0x0f) | 0x40
    bytes[8] = (bytes[8] & 0x3f) | 0x80
    const uuid = uuidAt(bytes, 0)
    if (!uuid.startsWith('-')) return uuid
  }
}

function notUuid(text: string): ClientError {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return new ClientError('INVALID_REQUEST', `'${shown}' is not a uuid: Kafka writes one as 22 base64url characters`)
}
