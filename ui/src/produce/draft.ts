/** The produce form as data: what is typed, whether it is valid, and the record that it makes. */
import { fromBase64, fromHex, toBase64 } from '../format/encodings.js'
import { parseTime, type Zone } from '../format/time.js'
import { validUtf8 } from '../format/utf8.js'
import { JsonError, parseJson } from '../json/parse.js'
import type { CodecName, ProduceParams, RecordHeader, RecordRow } from '../session/protocol.js'

export const partKinds = ['text', 'json', 'hex', 'base64', 'null'] as const
export type PartKind = (typeof partKinds)[number]
export const headerKinds = ['text', 'hex', 'base64', 'null'] as const
export type HeaderKind = (typeof headerKinds)[number]
export const codecs: readonly CodecName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

export interface Part {
  kind: PartKind
  text: string
}
export interface HeaderDraft {
  id: number
  key: string
  kind: HeaderKind
  text: string
}
export interface Draft {
  /** null: the partitioner chooses. */
  partition: number | null
  /** Empty: now. */
  timestamp: string
  codec: CodecName
  acks: ProduceParams['acks']
  idempotent: boolean
  key: Part
  value: Part
  headers: HeaderDraft[]
}

export const emptyDraft: Draft = {
  partition: null,
  timestamp: '',
  codec: 'none',
  acks: 'all',
  idempotent: true,
  key: { kind: 'null', text: '' },
  value: { kind: 'text', text: '' },
  headers: [],
}

export type Encoded = { ok: true; bytes: Uint8Array | null } | { ok: false; why: string }

const encoder = new TextEncoder()

/** The bytes that a part stands for; null is no bytes at all, an empty text is none of them. */
export function encodePart({ kind, text }: Pick<Part, 'kind' | 'text'>): Encoded {
  switch (kind) {
    case 'null':
      return { ok: true, bytes: null }
    case 'hex':
      return fromHex(text)
    case 'base64':
      return fromBase64(text)
    case 'json':
      return encodeJson(text)
    default:
      return { ok: true, bytes: encoder.encode(text) }
  }
}

function encodeJson(text: string): Encoded {
  try {
    parseJson(text)
    return { ok: true, bytes: encoder.encode(text) }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const before = text.slice(0, error.at).split('\n')
    return { ok: false, why: `not JSON: ${error.message}, line ${before.length} column ${before.at(-1)!.length + 1}` }
  }
}

/** What a form says under its fields; a field that is not here is well. */
export type Problems = Partial<Record<'key' | 'value' | 'timestamp' | 'acks', string>> & { headers?: ReadonlyMap<number, string> }

export type Built = { ok: true; params: ProduceParams } | { ok: false; problems: Problems }

export function build(draft: Draft, topic: string, zone: Zone, nowMs: number): Built {
  const problems: Problems = {}
  const key = encodePart(draft.key)
  const value = encodePart(draft.value)
  if (!key.ok) problems.key = key.why
  if (!value.ok) problems.value = value.why
  const timestamp = draft.timestamp.trim() === '' ? null : parseTime(draft.timestamp, zone, nowMs)
  if (draft.timestamp.trim() !== '' && timestamp === null) problems.timestamp = 'not a time: 14:30, 2026-11-20 14:30, 5 min ago or epoch ms'
  if (draft.idempotent && draft.acks !== 'all') problems.acks = 'an idempotent producer needs acks all'
  const { headers, wrong } = buildHeaders(draft.headers)
  if (wrong.size > 0) problems.headers = wrong
  if (Object.keys(problems).length > 0 || !key.ok || !value.ok) return { ok: false, problems }
  const { partition, codec, acks, idempotent } = draft
  return { ok: true, params: { topic, partition, key: key.bytes, value: value.bytes, headers, timestamp, codec, acks, idempotent } }
}

/** Rows in order, duplicates kept. A header may have an empty value, null, or any bytes; a row that is empty in all is not a header. */
function buildHeaders(drafts: readonly HeaderDraft[]): { headers: RecordHeader[]; wrong: Map<number, string> } {
  const headers: RecordHeader[] = []
  const wrong = new Map<number, string>()
  for (const draft of drafts) {
    if (draft.key === '' && draft.text === '' && draft.kind === 'text') continue
    const value = encodePart(draft)
    if (value.ok) headers.push({ key: draft.key, value: value.bytes })
    else wrong.set(draft.id, value.why)
  }
  return { headers, wrong }
}

/** About what it will be on the wire before compression: a batch header, and varint lengths around each part. */
export function wireSize(params: ProduceParams): number {
  const part = (bytes: Uint8Array | null) => 2 + (bytes?.length ?? 0)
  const headers = params.headers.reduce((sum, header) => sum + part(header.value) + 2 + encoder.encode(header.key).length, 0)
  return 61 + 8 + part(params.key) + part(params.value) + headers
}

function partOf(bytes: Uint8Array | null): Part {
  if (bytes === null) return { kind: 'null', text: '' }
  const text = validUtf8(bytes)
  return text === null ? { kind: 'base64', text: toBase64(bytes) } : { kind: 'text', text }
}

/** The form for a record like this one: same partition left to the key, same bytes. */
export function draftOf(row: RecordRow): Draft {
  const value = partOf(row.value)
  const json = value.kind === 'text' && /^\s*[{[]/.test(value.text) && encodePart({ kind: 'json', text: value.text }).ok
  return {
    ...emptyDraft,
    codec: row.batch.codec,
    key: partOf(row.key),
    value: json ? { kind: 'json', text: value.text } : value,
    headers: row.headers.map((header, id) => {
      const { kind, text } = partOf(header.value)
      return { id, key: header.key, kind: kind === 'json' ? 'text' : kind, text }
    }),
  }
}
