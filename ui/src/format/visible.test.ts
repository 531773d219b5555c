import { describe, expect, test } from 'vitest'
import { visibleBytes, visibleText } from './visible.js'

const line = { line: true }
const encode = (text: string) => new TextEncoder().encode(text)

describe('on one line', () => {
  test('control characters become pictures, newlines and tabs one mark each', () => {
    expect(visibleText('a\u0000b\u001b\u007f', line)).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'control', text: '␀' },
      { kind: 'text', text: 'b' },
      { kind: 'control', text: '␛␡' },
    ])
    expect(visibleText('a\r\n\tb', line).map(span => span.text)).toEqual(['a', '···', 'b'])
  })

  test('what turns the writing direction, or is not seen at all, becomes a tag', () => {
    expect(visibleText('a\u202egpj.exe\u200b', line)).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'tag', text: 'RLO' },
      { kind: 'text', text: 'gpj.exe' },
      { kind: 'tag', text: 'ZWSP' },
    ])
    expect(visibleText('\u0085', line)).toEqual([{ kind: 'tag', text: 'U+0085' }])
  })

  test('a joiner inside an emoji stays part of it; between letters it is a tag', () => {
    expect(visibleText('\u{1F469}\u200d\u{1F680}', line)).toEqual([{ kind: 'text', text: '\u{1F469}\u200d\u{1F680}' }])
    expect(visibleText('a\u200db', line)[1]).toEqual({ kind: 'tag', text: 'ZWJ' })
  })
})

test('in a block of text newlines and tabs stay', () => {
  expect(visibleText('a\n\tb', { line: false })).toEqual([{ kind: 'text', text: 'a\n\tb' }])
})

test('bytes that are not UTF-8 are shown as what they are, never as U+FFFD', () => {
  expect(visibleBytes(Uint8Array.from([0x61, 0xc8, 0x20, 0xff]), line)).toEqual([
    { kind: 'text', text: 'a' },
    { kind: 'bad', text: '\\xC8' },
    { kind: 'text', text: ' ' },
    { kind: 'bad', text: '\\xFF' },
  ])
  expect(visibleBytes(encode('\ufffd'), line)).toEqual([{ kind: 'text', text: '\ufffd' }])
})

test('markup is text', () => {
  expect(visibleText('<img src=x onerror=alert(1)>', line)).toEqual([{ kind: 'text', text: '<img src=x onerror=alert(1)>' }])
})
