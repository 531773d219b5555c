import { describe, expect, test } from 'vitest'
import type { RecordRow } from '../session/protocol.js'
import { exactText, formattedText, kcatCommand, recordJson, recordsTsv, typescriptCall } from './record-copy.js'
import { parseRecordFilter, recordMatches } from './record-filter.js'

const utf8 = (text: string) => new TextEncoder().encode(text)
const record = {
  topic: "it's",
  partition: 3,
  offset: 9_007_199_254_740_993n,
  timestamp: 1_795_095_067_391n,
  timestampType: 'CreateTime',
  key: utf8('order-7741093'),
  keySize: 13,
  value: utf8('{"n":9223372036854775807,"type":"OrderPaid"}'),
  valueSize: 44,
  headers: [
    { key: 'x-retry', value: utf8('1') },
    { key: 'x-retry', value: null },
    { key: 'sig', value: Uint8Array.from([0xff]) },
  ],
  headerCount: 3,
  batch: { codec: 'zstd' },
} as unknown as RecordRow

describe('the filter of a scan', () => {
  const passes = (text: string, row: RecordRow = record) => recordMatches(parseRecordFilter(text), row)

  test('searches key, value and headers with words', () => {
    expect(passes('orderpaid')).toBe(true)
    expect(passes('7741093 paid')).toBe(true)
    expect(passes('x-retry=1')).toBe(true)
    expect(passes('shipped')).toBe(false)
  })

  test('names a part of the record', () => {
    expect(passes('key:order-77*')).toBe(true)
    expect(passes('value:/"type":"Order(Paid|Shipped)"/')).toBe(true)
    expect(passes('header:retry=null')).toBe(true)
    expect(passes('-header:retry')).toBe(false)
    expect(passes('codec:zstd size>40 partition:3')).toBe(true)
    expect(passes('offset>9007199254740992')).toBe(true)
    expect(passes('offset>9007199254740993')).toBe(false)
  })

  test('finds tombstones, and tells them from the text null', () => {
    expect(passes('value:null')).toBe(false)
    expect(passes('value:null', { ...record, value: null })).toBe(true)
    expect(passes('-value:null', { ...record, value: utf8('x') })).toBe(true)
  })
})

describe('copies', () => {
  test('of a value are exactly what was received, or nothing', () => {
    expect(exactText(record.value)).toBe('{"n":9223372036854775807,"type":"OrderPaid"}')
    expect(exactText(Uint8Array.from([0xff]))).toBeNull()
    expect(exactText(null)).toBeNull()
  })

  test('that are formatted keep every digit', () => {
    expect(formattedText(record.value ?? new Uint8Array())).toBe('{\n  "n": 9223372036854775807,\n  "type": "OrderPaid"\n}')
  })

  test('as JSON keep digits, nulls, bytes, order and duplicates', () => {
    expect(recordJson(record)).toBe(
      `{"topic":"it's","partition":3,"offset":9007199254740993,"timestamp":1795095067391,"timestampType":"CreateTime","key":"order-7741093",` +
        `"value":"{\\"n\\":9223372036854775807,\\"type\\":\\"OrderPaid\\"}","headers":[["x-retry","1"],["x-retry",null],["sig",{"base64":"/w=="}]]}`,
    )
  })

  test('as lines for a spreadsheet keep every value on its line', () => {
    const odd = { ...record, key: null, value: utf8('a\tb\nc\\d') }
    const lines = recordsTsv([odd, { ...record, value: Uint8Array.from([0xff]) }]).split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toBe("it's\t3\t9007199254740993\t1795095067391\tnull\ta\\tb\\nc\\\\d")
    expect(lines[2].endsWith('\tbase64:/w==')).toBe(true)
  })

  test('as a command are quoted for a shell', () => {
    expect(kcatCommand(record, [{ host: 'k', port: 9092 }])).toBe(`kcat -C -b 'k:9092' -t 'it'\\''s' -p 3 -o 9007199254740993 -c 1 -J`)
  })

  test('as code write the same record', () => {
    expect(typescriptCall({ ...record, value: null })).toContain('value: null,')
    expect(typescriptCall(record)).toContain('{ key: "sig", value: new Uint8Array([255]) },')
  })
})
