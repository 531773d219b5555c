/** Ways to read bytes. Each says in one sentence why it fits or where it stops fitting: the decoder report. */
import { toBase64, toHex } from '../format/encodings.js'
import { firstInvalid, validUtf8 } from '../format/utf8.js'
import { JsonError, type JsonNode, parseJson } from '../json/parse.js'
import { type DecoderChoice, type DecoderName, decoderLabels } from './choices.js'

export type Decoded =
  | { is: 'json'; by: DecoderName; text: string; root: JsonNode }
  | { is: 'text'; by: DecoderName; text: string }
  | { is: 'number'; by: DecoderName; text: string }
  /** UTF-8 but for some bytes, which are shown as what they are. */
  | { is: 'mixed'; by: DecoderName }
  | { is: 'bytes'; by: DecoderName }

export type Outcome = { ok: true; decoded: Decoded; note: string } | { ok: false; why: string }

export interface Decoder {
  name: DecoderName
  decode(bytes: Uint8Array): Outcome
}

const intOf = (name: 'int32' | 'int64', width: 4 | 8): Decoder => ({
  name,
  decode(bytes) {
    if (bytes.length !== width)
      return { ok: false, why: `${width} bytes needed, there ${bytes.length === 1 ? 'is' : 'are'} ${bytes.length}` }
    const view = new DataView(bytes.buffer, bytes.byteOffset, width)
    const text = String(width === 4 ? view.getInt32(0) : view.getBigInt64(0))
    return { ok: true, decoded: { is: 'number', by: name, text }, note: 'big-endian, signed' }
  },
})

export const decoders: readonly Decoder[] = [
  {
    name: 'json',
    decode(bytes) {
      const text = validUtf8(bytes)
      if (text === null) return { ok: false, why: invalidUtf8(bytes) }
      try {
        const root = parseJson(text)
        return { ok: true, decoded: { is: 'json', by: 'json', text, root }, note: describeJson(root) }
      } catch (error) {
        if (error instanceof JsonError) return { ok: false, why: bytes.length === 0 ? 'no bytes' : `${error.message}, at ${error.at}` }
        throw error
      }
    },
  },
  {
    name: 'text',
    decode(bytes) {
      const text = validUtf8(bytes)
      if (text === null) return { ok: false, why: invalidUtf8(bytes) }
      return { ok: true, decoded: { is: 'text', by: 'text', text }, note: `${bytes.length} bytes, all valid` }
    },
  },
  intOf('int64', 8),
  intOf('int32', 4),
  { name: 'hex', decode: () => ({ ok: true, decoded: { is: 'bytes', by: 'hex' }, note: 'always fits' }) },
  {
    name: 'base64',
    decode: bytes => ({ ok: true, decoded: { is: 'text', by: 'base64', text: toBase64(bytes) }, note: 'always fits' }),
  },
]

const byName = new Map(decoders.map(decoder => [decoder.name, decoder]))

function invalidUtf8(bytes: Uint8Array): string {
  const at = firstInvalid(bytes)
  return `invalid UTF-8 at byte ${at} (0x${toHex(bytes.subarray(at, at + 1)).toUpperCase()})`
}

function describeJson(root: JsonNode): string {
  if (root.is === 'object') return `object, ${root.entries.length} ${root.entries.length === 1 ? 'field' : 'fields'}`
  if (root.is === 'array') return `array, ${root.items.length} ${root.items.length === 1 ? 'item' : 'items'}`
  return root.is === 'literal' ? root.text : root.is
}

/** What is shown: the decoder asked for, or bytes when it fails; `failed` is its reason. */
export function decode(bytes: Uint8Array, choice: DecoderChoice): { decoded: Decoded; failed: string | null } {
  if (choice !== 'auto') {
    const outcome = byName.get(choice)!.decode(bytes)
    return outcome.ok ? { decoded: outcome.decoded, failed: null } : { decoded: { is: 'bytes', by: 'hex' }, failed: outcome.why }
  }
  for (const name of ['json', 'text'] as const) {
    const outcome = byName.get(name)!.decode(bytes)
    if (outcome.ok && !(name === 'text' && looksBinary(outcome.decoded))) return { decoded: outcome.decoded, failed: null }
  }
  return { decoded: mostlyText(bytes) ? { is: 'mixed', by: 'text' } : { is: 'bytes', by: 'hex' }, failed: null }
}

/** Valid UTF-8 by accident: control characters are more than one in ten. */
function looksBinary(decoded: Decoded): boolean {
  if (decoded.is !== 'text') return false
  const { text } = decoded
  let controls = 0
  for (let at = 0; at < text.length; at++) if (isControl(text.charCodeAt(at))) controls++
  return controls * 10 > text.length
}

const isControl = (code: number) => code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d

const LOOKED_AT = 4096

/** Not valid UTF-8, yet easier read as text with the bad bytes marked: most of it is printable ASCII, and nothing is NUL. */
function mostlyText(bytes: Uint8Array): boolean {
  if (validUtf8(bytes) !== null) return false
  const head = bytes.subarray(0, LOOKED_AT)
  let odd = 0
  for (const byte of head) {
    if (byte === 0) return false
    if (byte >= 0x80 || isControl(byte)) odd++
  }
  return odd * 3 < head.length
}

export interface ReportLine {
  name: DecoderName
  label: string
  ok: boolean
  sentence: string
  ms: number
}

/** Every decoder tried on these bytes. `now` gives ms. */
export function report(bytes: Uint8Array, now: () => number): ReportLine[] {
  return decoders.map(({ name, decode }) => {
    const start = now()
    const outcome = decode(bytes)
    return { name, label: decoderLabels[name], ok: outcome.ok, sentence: outcome.ok ? outcome.note : outcome.why, ms: now() - start }
  })
}
