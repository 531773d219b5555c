import fc from 'fast-check'
import { parse as lossless } from 'lossless-json'
import { describe, expect, test } from 'vitest'
import { firstFolds, jsonLines, jsonPretty } from './lines.js'
import { beyondDouble, JsonError, type JsonNode, MAX_DEPTH, parseJson } from './parse.js'
import { jsonTokens } from './tokens.js'

const isJson = (text: string) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
const accepts = (text: string) => {
  try {
    parseJson(text)
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(JsonError)
    return false
  }
}

/** The document as JSON.parse would give it. */
function plain(node: JsonNode): unknown {
  switch (node.is) {
    case 'object':
      return Object.fromEntries(node.entries.map(entry => [entry.key, plain(entry.value)]))
    case 'array':
      return node.items.map(plain)
    case 'string':
      return node.value
    case 'number':
      return Number(node.text)
    default:
      return JSON.parse(node.text)
  }
}

describe('parsing', () => {
  test('agrees with JSON.parse on every document', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        expect(plain(parseJson(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test('takes and refuses what JSON.parse does', () => {
    const near = fc.array(
      fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', '-', '0', '.', 'e', 'true', 'null', '\\', 'u00e9', ' ', 'a'),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(near, pieces => {
        expect(accepts(pieces.join(''))).toBe(isJson(pieces.join('')))
      }),
    )
  })

  test('keeps numbers as they were written', () => {
    const text = '[9223372036854775807,0.10,1e400,-0,1E+2]'
    const root = parseJson(text)
    const numbers = root.is === 'array' ? root.items.map(item => (item.is === 'number' ? item.text : '')) : []
    expect(numbers).toEqual(['9223372036854775807', '0.10', '1e400', '-0', '1E+2'])
    expect(numbers).toEqual((lossless(text) as unknown[]).map(String))
  })

  test('keeps the order of keys and their duplicates', () => {
    const root = parseJson('{"b":1,"1":2,"a":3,"b":4,"__proto__":5}')
    expect(root.is === 'object' && root.entries.map(entry => entry.key)).toEqual(['b', '1', 'a', 'b', '__proto__'])
  })

  test('names the place of the first fault', () => {
    expect(() => parseJson('{"a":1,}')).toThrow(expect.objectContaining({ at: 7, message: '"}" where a key should be' }))
    expect(() => parseJson('')).toThrow('ends where a value should be')
    expect(() => parseJson('{"a":"x')).toThrow(expect.objectContaining({ at: 7 }))
    expect(() => parseJson('"\\x"')).toThrow('after a backslash')
  })

  test('refuses documents that are nested too deep, before the stack does', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow(`deeper than ${MAX_DEPTH} levels`)
    expect(accepts('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH))).toBe(true)
  })
})

test('a number beyond 2^53 is known by its text', () => {
  expect(beyondDouble('9007199254740991')).toBe(false)
  expect(beyondDouble('9007199254740992')).toBe(true)
  expect(beyondDouble('-9007199254740993')).toBe(true)
  expect(beyondDouble('1.5')).toBe(false)
})

describe('lines', () => {
  const text = '{"a":[1,2],"b":{},"c":"x"}'

  test('one per field, brackets and commas where they belong', () => {
    const lines = jsonLines(parseJson(text), new Set(), text)
    expect(lines.map(line => `${'  '.repeat(line.depth)}${line.key ?? ''}${line.text}${line.comma ? ',' : ''}`)).toEqual([
      '{',
      '  a[',
      '    1,',
      '    2',
      '  ],',
      '  b{},',
      '  c"x"',
      '}',
    ])
  })

  test('a fold says what it hides, in bytes of UTF-8', () => {
    const document = '{"é":["é","é","é"]}'
    const root = parseJson(document)
    const array = root.is === 'object' ? root.entries[0].value : root
    const lines = jsonLines(root, new Set([array.start]), document)
    expect(lines[1]).toMatchObject({ key: 'é', folded: true, text: '[ 3 items, 16 B ]' })
    expect(lines).toHaveLength(3)
  })

  test('small documents open unfolded; large parts below the second level do not', () => {
    expect(firstFolds(parseJson(text)).size).toBe(0)
    const large = `{"a":{"b":[${Array.from({ length: 1000 }, (_, at) => at).join(',')}]}}`
    expect(firstFolds(parseJson(large)).size).toBe(1)
  })

  test('pretty printing changes no value', () => {
    fc.assert(
      fc.property(fc.json(), document => {
        expect(JSON.parse(jsonPretty(parseJson(document)))).toEqual(JSON.parse(document))
      }),
    )
    expect(jsonPretty(parseJson('{"n":9223372036854775807,"a":[]}'))).toBe('{\n  "n": 9223372036854775807,\n  "a": []\n}')
  })
})

test('tokens of a document that is cut short still colour what is there', () => {
  const tokens = jsonTokens('{ "type":\n "Order\\"Paid", "n": -1.5e3, "ok": true, "cut": "ab')
  expect(tokens.filter(token => token.kind !== 'mark')).toEqual([
    { kind: 'key', text: '"type"' },
    { kind: 'string', text: '"Order\\"Paid"' },
    { kind: 'key', text: '"n"' },
    { kind: 'number', text: '-1.5e3' },
    { kind: 'key', text: '"ok"' },
    { kind: 'literal', text: 'true' },
    { kind: 'key', text: '"cut"' },
    { kind: 'string', text: '"ab' },
  ])
})
