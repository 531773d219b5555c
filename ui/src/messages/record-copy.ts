/** A record as text to take along: exactly as received, or in a form that another tool reads. */
import { decode } from '../decode/decoders.js'
import { toBase64 } from '../format/encodings.js'
import { validUtf8 } from '../format/utf8.js'
import { jsonPretty } from '../json/lines.js'
import type { RecordHeader, RecordRow } from '../session/protocol.js'

/** The text when the bytes are valid UTF-8; null when only hex or base64 would be true. */
export const exactText = (bytes: Uint8Array | null): string | null => (bytes === null ? null : validUtf8(bytes))

/** JSON indented by two with its numbers as written; other text as it is. */
export function formattedText(bytes: Uint8Array): string | null {
  const { decoded } = decode(bytes, 'auto')
  return decoded.is === 'json' ? jsonPretty(decoded.root) : exactText(bytes)
}

/** Text where it is text, `{"base64": …}` where it is not, null where there is nothing. */
function jsonPart(bytes: Uint8Array | null): string {
  if (bytes === null) return 'null'
  const text = validUtf8(bytes)
  return text === null ? `{"base64":${JSON.stringify(toBase64(bytes))}}` : JSON.stringify(text)
}

const jsonHeader = ({ key, value }: RecordHeader) => `[${JSON.stringify(key)},${jsonPart(value)}]`

/** One line of JSON: offset and timestamp keep all their digits, headers their order and their duplicates. */
export function recordJson(row: RecordRow): string {
  const parts = [
    `"topic":${JSON.stringify(row.topic)}`,
    `"partition":${row.partition}`,
    `"offset":${row.offset}`,
    `"timestamp":${row.timestamp}`,
    `"timestampType":${JSON.stringify(row.timestampType)}`,
    `"key":${jsonPart(row.key)}`,
    `"value":${jsonPart(row.value)}`,
    `"headers":[${row.headers.map(jsonHeader).join(',')}]`,
  ]
  return `{${parts.join(',')}}`
}

/** One line a record for a spreadsheet: full values, tabs and newlines escaped, base64 where a value is no text. */
export function recordsTsv(rows: readonly RecordRow[]): string {
  const cell = (bytes: Uint8Array | null) => {
    if (bytes === null) return 'null'
    const text = validUtf8(bytes) ?? `base64:${toBase64(bytes)}`
    return text.replace(/[\\\t\n\r]/g, found => escapes[found])
  }
  const lines = rows.map(row => [row.topic, row.partition, row.offset, row.timestamp, cell(row.key), cell(row.value)].join('\t'))
  return ['topic\tpartition\toffset\ttimestamp\tkey\tvalue', ...lines].join('\n')
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** The command that reads this one record. */
export function kcatCommand(row: RecordRow, brokers: readonly { host: string; port: number }[]): string {
  const list = brokers.map(({ host, port }) => `${host}:${port}`).join(',')
  return `kcat -C -b ${quoted(list)} -t ${quoted(row.topic)} -p ${row.partition} -o ${row.offset} -c 1 -J`
}

/** The call that writes a record like it. */
export function typescriptCall(row: RecordRow): string {
  const literal = (bytes: Uint8Array | null) => {
    if (bytes === null) return 'null'
    const text = validUtf8(bytes)
    return text === null ? `new Uint8Array([${Array.from(bytes).join(', ')}])` : JSON.stringify(text)
  }
  const headers = row.headers.map(({ key, value }) => `    { key: ${JSON.stringify(key)}, value: ${literal(value)} },`)
  return [
    'await client.send({',
    `  topic: ${JSON.stringify(row.topic)},`,
    `  key: ${literal(row.key)},`,
    `  value: ${literal(row.value)},`,
    ...(headers.length > 0 ? ['  headers: [', ...headers, '  ],'] : []),
    '})',
  ].join('\n')
}
