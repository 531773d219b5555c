import { describe, expect, test } from 'vitest'
import { matches } from './match.js'
import { parseFilter } from './parse.js'

const fields = ['api', 'broker', 't', 'err', 'topic', 'offset']
const subject = {
  '': 'orders.events',
  api: 'Fetch',
  broker: 2,
  t: 61,
  err: null,
  topic: ['orders.events', 'payments'],
  offset: 9_007_199_254_740_993n,
}
const passes = (text: string, own: Record<string, unknown> = subject) =>
  matches(parseFilter(text, fields), field => (own[field ?? ''] ?? null) as string)

describe('words', () => {
  test('are ANDed, in any order and case', () => {
    expect(passes('ORDERS ev')).toBe(true)
    expect(passes('orders missing')).toBe(false)
    expect(passes('')).toBe(true)
  })
  test('take * for anything', () => {
    expect(passes('ord*ents')).toBe(true)
    expect(passes('ev*ord')).toBe(false)
    expect(passes('orders.*')).toBe(true)
  })
  test('in quotes are one, and * in quotes is a star', () => {
    expect(parseFilter('"two words"').terms).toHaveLength(1)
    expect(passes('"ord*"')).toBe(false)
  })
  test('with - in front must not match; a - alone is a word', () => {
    expect(passes('-payments')).toBe(true)
    expect(passes('-orders')).toBe(false)
    expect(parseFilter('-').terms[0]).toMatchObject({ not: false, text: '-' })
  })
})

describe('regular expressions', () => {
  test('stand between slashes and may hold spaces', () => {
    expect(passes('/^orders\\.(events|dlq)$/')).toBe(true)
    expect(passes('-/^orders/')).toBe(false)
    expect(parseFilter('/a b/').terms).toHaveLength(1)
  })
  test('that do not compile fall back to their words, and say so', () => {
    const filter = parseFilter('/ord(/')
    expect(filter.notes).toEqual(['not a regex: searching the words'])
    expect(filter.terms[0].test('xord(y')).toBe(true)
  })
})

describe('fields', () => {
  test('are compared as text, number or list', () => {
    expect(passes('api:fet broker:2')).toBe(true)
    expect(passes('broker:1,2,3')).toBe(true)
    expect(passes('broker:22')).toBe(false)
    expect(passes('topic:payments')).toBe(true)
    expect(passes('-api:Heartbeat')).toBe(true)
  })
  test('that the list does not know are words', () => {
    expect(parseFilter('http://x', fields).terms[0]).toMatchObject({ field: null, text: 'http://x' })
  })
  test('take comparisons with units', () => {
    expect(passes('t>50ms')).toBe(true)
    expect(passes('t>1s')).toBe(false)
    expect(passes('t<=61')).toBe(true)
    expect(parseFilter('t>1.5kB', fields).terms[0].number).toBe(1500)
  })
  test('compare 64-bit numbers exactly', () => {
    expect(passes('offset>9007199254740992')).toBe(true)
    expect(passes('offset>=9007199254740994')).toBe(false)
    expect(passes('offset:9007199254740993')).toBe(true)
  })
  test(':* asks whether there is a value at all, :null whether there is none', () => {
    expect(passes('err:*')).toBe(false)
    expect(passes('-err:*')).toBe(true)
    expect(passes('err:null')).toBe(true)
    expect(passes('api:*')).toBe(true)
  })
})
