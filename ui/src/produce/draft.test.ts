import { describe, expect, test } from 'vitest'
import type { RecordRow } from '../session/protocol.js'
import { build, type Draft, draftOf, emptyDraft, encodePart, wireSize } from './draft.js'

const now = Date.UTC(2026, 10, 20, 12)
const made = (change: Partial<Draft>) => build({ ...emptyDraft, ...change }, 'orders', 'utc', now)
const params = (change: Partial<Draft>) => {
  const built = made(change)
  if (!built.ok) throw new Error(JSON.stringify(built.problems))
  return built.params
}
const problems = (change: Partial<Draft>) => {
  const built = made(change)
  return built.ok ? {} : built.problems
}
const bytes = (...values: number[]) => Uint8Array.from(values)

describe('null and empty', () => {
  test('are two things, for key, value and header', () => {
    const record = params({
      key: { kind: 'text', text: '' },
      value: { kind: 'null', text: 'left over' },
      headers: [
        { id: 1, key: 'a', kind: 'null', text: 'x' },
        { id: 2, key: 'a', kind: 'text', text: '' },
      ],
    })
    expect(record.key).toEqual(bytes())
    expect(record.value).toBeNull()
    expect(record.headers).toEqual([
      { key: 'a', value: null },
      { key: 'a', value: bytes() },
    ])
  })

  test('a form that is not touched has no key', () => {
    expect(params({}).key).toBeNull()
  })
})

describe('headers', () => {
  test('keep their order, their duplicates and an empty key with a value; a row that is empty in all is none', () => {
    const record = params({
      headers: [
        { id: 1, key: 'x', kind: 'text', text: '1' },
        { id: 2, key: '', kind: 'text', text: '' },
        { id: 3, key: 'x', kind: 'hex', text: 'ff00' },
        { id: 4, key: '', kind: 'base64', text: 'AAE=' },
      ],
    })
    expect(record.headers).toEqual([
      { key: 'x', value: bytes(0x31) },
      { key: 'x', value: bytes(255, 0) },
      { key: '', value: bytes(0, 1) },
    ])
  })

  test('that are not valid are named by their row', () => {
    expect(problems({ headers: [{ id: 7, key: 'x', kind: 'hex', text: 'f' }] }).headers?.get(7)).toContain('last byte')
  })
})

describe('validity', () => {
  test('JSON that does not parse names line and column', () => {
    expect(problems({ value: { kind: 'json', text: '{\n  "a": 1,\n}' } }).value).toBe(
      'not JSON: "}" where a key should be, line 3 column 1',
    )
  })

  test('JSON is sent as typed: numbers and white space unchanged', () => {
    const text = '{ "n": 9223372036854775807 }'
    expect(new TextDecoder().decode(params({ value: { kind: 'json', text } }).value ?? bytes())).toBe(text)
  })

  test('hex and base64 say what is wrong', () => {
    expect(encodePart({ kind: 'hex', text: 'xyz' })).toEqual({ ok: false, why: '"x" is not a hex digit' })
    expect(problems({ key: { kind: 'base64', text: '%' } }).key).toContain('is not base64')
  })

  test('a timestamp is empty for now, or a time', () => {
    expect(params({}).timestamp).toBeNull()
    expect(params({ timestamp: '2026-11-20 10:00' }).timestamp).toBe(BigInt(Date.UTC(2026, 10, 20, 10)))
    expect(problems({ timestamp: 'later' }).timestamp).toContain('not a time')
  })

  test('an idempotent record needs all acks', () => {
    expect(problems({ idempotent: true, acks: 'leader' }).acks).toBe('an idempotent producer needs acks all')
    expect(params({ idempotent: false, acks: 'none' }).acks).toBe('none')
  })
})

describe('a record to start from', () => {
  const row = {
    topic: 'orders',
    key: bytes(0xff, 0xfe),
    value: new TextEncoder().encode('{"a":1}'),
    headers: [{ key: 'h', value: null }],
    batch: { codec: 'zstd' },
  } as unknown as RecordRow

  test('fills the form with the same bytes', () => {
    const draft = draftOf(row)
    const record = build(draft, 'orders', 'utc', now)
    expect(draft.value.kind).toBe('json')
    expect(record).toMatchObject({
      ok: true,
      params: { key: row.key, value: row.value, headers: row.headers, codec: 'zstd', partition: null },
    })
  })

  test('keeps a tombstone a tombstone', () => {
    expect(draftOf({ ...row, value: null }).value.kind).toBe('null')
  })
})

test('the size on the wire grows with what is sent', () => {
  expect(wireSize(params({ value: { kind: 'text', text: 'x'.repeat(100) } })) - wireSize(params({}))).toBe(100)
})
