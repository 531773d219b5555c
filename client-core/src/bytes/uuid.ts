import { ClientError } from '../error.js'
import { viewOf } from './reader.js'
import { utf8Encode } from './utf8.js'

/** A topic, directory or member id: 16 bytes in unpadded base64url, 22 characters, as Kafka prints it. */
export type Uuid = string

/** "No id": what Kafka means where a version or a broker has none. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA' satisfies Uuid

const digits = /* @__PURE__ */ utf8Encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const sextets: number[] = []
digits.forEach((code, sextet) => {
  sextets[code] = sextet
})

/** Filled anew for every uuid: one call makes the string, without the intermediate ones of a concatenation. */
const codes = new Array<number>(22).fill(0)

/** The 16 bytes at an offset as base64url; the caller has checked that they are there. */
export function uuidAt(view: DataView, at: number): Uuid {
  let held = 0
  for (let i = 0, bits = 0; i < 22; bits -= 6) {
    if (bits < 6) {
      held = (held << 8) | (i < 21 ? view.getUint8(at++) : 0)
      bits += 8
    }
    codes[i++] = digits[(held >> (bits - 6)) & 63]
  }
  return String.fromCharCode.apply(null, codes)
}

/** Writes 16 bytes at an offset. A text that is no uuid does not come back from them. */
export function putUuid(view: DataView, at: number, uuid: Uuid): void {
  let held = 0
  for (let i = 0, bits = 0; i < 22; i++) {
    held = (held << 6) | sextets[uuid.charCodeAt(i)]
    bits += 6
    if (bits < 8) continue
    bits -= 8
    view.setInt8(at++, held >> bits)
  }
}

export function uuidFromBytes(bytes: Uint8Array): Uuid {
  if (bytes.length !== 16) throw new ClientError('INVALID_REQUEST', `a uuid has 16 bytes, not ${bytes.length}`)
  return uuidAt(viewOf(bytes), 0)
}

/** Throws `INVALID_REQUEST` for anything but 22 base64url characters whose unused bits are zero. */
export function uuidToBytes(uuid: Uuid): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = viewOf(bytes)
  putUuid(view, 0, uuid)
  if (uuidAt(view, 0) === uuid) return bytes
  const shown = uuid.length > 40 ? `${uuid.slice(0, 40)}…` : uuid
  throw new ClientError('INVALID_REQUEST', `'${shown}' is not a uuid: Kafka writes one as 22 base64url characters`)
}

/** A random (version 4) uuid. As in Kafka, none starts with '-', which command lines would take for an option. */
export function randomUuid(): Uuid {
  const bytes = new Uint8Array(16)
  for (;;) {
    crypto.getRandomValues(bytes)
    bytes[6] = (bytes[6] & 0x0f) | 0x40
    bytes[8] = (bytes[8] & 0x3f) | 0x80
    const uuid = uuidAt(viewOf(bytes), 0)
    if (!uuid.startsWith('-')) return uuid
  }
}
