/** The filter of a scan. It runs where the records are decoded, in the session, and knows no DOM. */
import { type FieldValue, matches } from '../filter/match.js'
import { type Filter, parseFilter } from '../filter/parse.js'
import type { RecordRow } from '../session/protocol.js'

export const recordFields = [
  'key',
  'value',
  'header',
  'topic',
  'partition',
  'offset',
  'time',
  'size',
  'keysize',
  'headers',
  'codec',
] as const

export function parseRecordFilter(text: string): Filter {
  return parseFilter(text, recordFields)
}

const decoder = new TextDecoder()
const textOf = (bytes: Uint8Array | null) => (bytes === null ? null : decoder.decode(bytes))

/** `topic` and `partition` come from the scan, the rest from the record. Words search key, value and headers. */
export function recordMatches(filter: Filter, record: RecordRow): boolean {
  return matches(filter, field => fieldOf(record, field))
}

function fieldOf(record: RecordRow, field: string | null): FieldValue {
  switch (field) {
    case 'key':
      return textOf(record.key)
    case 'value':
      return textOf(record.value)
    case 'header':
      return record.headers.map(header => `${header.key}=${textOf(header.value) ?? 'null'}`)
    case 'topic':
      return record.topic
    case 'partition':
      return record.partition
    case 'offset':
      return record.offset
    case 'time':
      return record.timestamp
    case 'size':
      return Math.max(record.valueSize, 0)
    case 'keysize':
      return Math.max(record.keySize, 0)
    case 'headers':
      return record.headerCount
    case 'codec':
      return record.batch.codec
    default:
      return [
        textOf(record.key) ?? '',
        textOf(record.value) ?? '',
        ...record.headers.map(header => `${header.key}=${textOf(header.value) ?? ''}`),
      ]
  }
}
