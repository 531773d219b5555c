import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bearerProtocol,
  bearerToken,
  closeCodes,
  closeFor,
  parseClientMessage,
  parseServerMessage,
  SUBPROTOCOL,
  tunnelQuery,
} from './tunnel.js'

test('a token survives the subprotocol, whatever is in it, and needs no character that a header forbids', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), token => {
      const protocol = bearerProtocol(token)
      expect(protocol).toMatch(/^bearer\.[A-Za-z0-9_-]+$/)
      expect(bearerToken([SUBPROTOCOL, protocol])).toBe(token)
    }),
  )
})

test('a malformed bearer is none', () => {
  for (const junk of [[], [SUBPROTOCOL], ['bearer.'], ['bearer.***'], ['bearer._w'], [`bearer.${'a'.repeat(3000)}`]])
    expect(bearerToken(junk)).toBeUndefined()
})

test('control messages are read with their fields checked', () => {
  const open = { t: 'open', id: 'c_1', peer: '127.0.0.1:9092', max: 1048576, hb: 25000 }
  expect(parseServerMessage(JSON.stringify(open))).toEqual(open)
  expect(parseServerMessage(JSON.stringify({ ...open, tls: { v: 'TLSv1.3', cn: 'b-1' }, extra: 1 }))).toEqual({
    ...open,
    tls: { v: 'TLSv1.3', cn: 'b-1' },
  })
  expect(parseServerMessage('{"t":"goaway","in":10000}')).toEqual({ t: 'goaway', in: 10000 })
  expect(parseServerMessage('{"t":"denied","api":0}')).toEqual({ t: 'other' })
  expect(parseClientMessage('{"t":"auth","token":"x"}')).toEqual({ t: 'auth', token: 'x' })
})

test('whatever comes instead is refused without an exception', () => {
  const junk = [
    '',
    'null',
    '[]',
    '1',
    '"open"',
    '{',
    '{}',
    '{"t":1}',
    '{"t":"open"}',
    '{"t":"open","id":1,"peer":"","max":1,"hb":1}',
    '{"t":"open","id":"","peer":"","max":-1,"hb":1}',
  ]
  const errors = [
    '{"t":"err","code":"x","class":"tls","msg":"","retry":true}',
    '{"t":"err","code":"EPIPE","class":"constructor","msg":"","retry":true}',
    '{"t":"err","code":"EPIPE","class":"connect","msg":"","retry":1}',
    '{"t":"goaway","in":1.5}',
    JSON.stringify({ t: 'goaway', in: 1, more: 'x'.repeat(9000) }),
  ]
  for (const text of [...junk, ...errors]) expect(parseServerMessage(text), text).toBeUndefined()
  fc.assert(
    fc.property(
      fc.string(),
      fc.json(),
      (text, json) => void [text, json].map(each => [parseServerMessage(each), parseClientMessage(each)]),
    ),
  )
})

test('text for a person is one line of bounded length', () => {
  const message = parseServerMessage(
    JSON.stringify({ t: 'err', code: 'EPIPE', class: 'connect', msg: `a\n\u001b[31mb\u202e${'x'.repeat(1000)}`, retry: true }),
  )
  expect(message).toMatchObject({ msg: expect.stringMatching(/^a \[31mb x+$/) })
  expect(message?.t === 'err' && message.msg.length).toBe(500)
  const long = `a\n\u001b[31mb\u202e${'x'.repeat(1000)}`
  const open = { t: 'open', id: long, peer: long, tls: { v: long, cn: long }, max: 1, hb: 1 }
  const shown = (length: number) => 'a [31mb '.padEnd(length, 'x')
  expect(parseServerMessage(JSON.stringify(open))).toEqual({
    ...open,
    id: shown(64),
    peer: shown(300),
    tls: { v: shown(32), cn: shown(300) },
  })
})

test('every failure has a close code of its class', () => {
  const cases = {
    ECONNREFUSED: 4502,
    EHOSTUNREACH: 4502,
    ETIMEDOUT: 4504,
    ENOTFOUND: 4530,
    EAI_AGAIN: 4530,
    CERT_HAS_EXPIRED: 4525,
    ERR_SSL_WRONG_VERSION_NUMBER: 4525,
  }
  const ours = {
    BRIDGE_DENIED: 4403,
    BRIDGE_UNAUTHENTICATED: 4401,
    BRIDGE_BUSY: 4429,
    BRIDGE_PROTOCOL: 4400,
    BRIDGE_CLOSING: 1001,
    NOT_KAFKA: 4400,
    AUTHENTICATION_FAILED: 4526,
  }
  for (const [code, number] of Object.entries({ ...cases, ...ours }))
    expect(closeFor(code), code).toEqual({ number, class: closeCodes.get(number)?.class })
  expect(closeFor('ECONNRESET', 'tls').number).toBe(4525)
})

test('the query names the broker, IPv6 and all', () => {
  expect(tunnelQuery('[::1]:9092', undefined, false)).toBe('addr=%5B%3A%3A1%5D%3A9092')
})
