import { SaslFailure } from './mechanism.js'
import { fromBase64, fromUtf8 } from './text.js'

/** The broker's first message (RFC 5802, section 7). */
export interface ServerFirst {
  /** As it came: it is part of what is signed. */
  text: string
  nonce: string
  salt: Uint8Array<ArrayBuffer>
  iterations: number
}

/** A name inside a message, where commas end an attribute and `=` begins an escape. */
export const escapeName = (name: string): string => name.replaceAll('=', '=3D').replaceAll(',', '=2C')

export function serverFirst(message: Uint8Array): ServerFirst {
  const text = read(message)
  if (text.startsWith('m=')) throw new SaslFailure('the broker asks for an extension of SCRAM that is not known here')
  const [, nonce, salt64, iterations] = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=([1-9][0-9]*)(?:,|$)/.exec(text) ?? []
  const salt = salt64 === undefined ? undefined : fromBase64(salt64)
  if (salt === undefined) throw malformed()
  return { text, nonce, salt, iterations: Number(iterations) }
}

/** The broker's signature. */
export function serverFinal(message: Uint8Array): Uint8Array {
  const text = read(message)
  const [, error] = /^e=([\x21-\x2b\x2d-\x7e]{1,100})/.exec(text) ?? []
  if (error !== undefined) throw new SaslFailure(`the broker refuses: ${error}`)
  const [, signature64] = /^v=([A-Za-z0-9+/=]+)(?:,|$)/.exec(text) ?? []
  const signature = signature64 === undefined ? undefined : fromBase64(signature64)
  if (signature === undefined) throw malformed()
  return signature
}

function read(message: Uint8Array): string {
  try {
    return fromUtf8(message)
  } catch {
    throw malformed()
  }
}

const malformed = () => new SaslFailure('what the broker says is not SCRAM')
