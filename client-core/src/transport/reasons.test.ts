import { expect, test } from 'vitest'
import { addressOf, explain, isTlsCode, parseAddress } from './reasons.js'

const BROKER = { host: 'b-1.example.com', port: 9093 }

test('addresses are read and written, IPv6 in brackets, junk refused', () => {
  expect(parseAddress('B-1.Example.com:9093')).toEqual({ host: 'b-1.example.com', port: 9093 })
  expect(parseAddress('[FE80::1]:1')).toEqual({ host: 'fe80::1', port: 1 })
  expect(addressOf({ host: '::1', port: 9092 })).toBe('[::1]:9092')
  for (const junk of [
    '',
    'host',
    'host:',
    ':9092',
    'host:0',
    'host:65536',
    'host:9092x',
    '::1:9092',
    'a b:1',
    'http://h:1',
    'u@h:1',
    'h/p:1',
    '[h]:1',
    'h:123456',
    'h\u0000:1',
    'h%0a:1',
    'ä:1',
  ]) {
    expect(parseAddress(junk), junk).toBeUndefined()
  }
})

test('a TLS alert about a certificate speaks of ours, any other of the protocol', () => {
  for (const alert of [
    'SSLV3_ALERT_BAD_CERTIFICATE',
    'SSLV3_ALERT_CERTIFICATE_UNKNOWN',
    'TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'TLSV1_ALERT_UNKNOWN_CA',
  ]) {
    const code = `ERR_SSL_${alert}`
    expect(explain(code, BROKER)).toMatchObject({ code, retriable: false, message: expect.stringContaining('wants a client certificate') })
  }
  expect(explain('ERR_SSL_WRONG_VERSION_NUMBER', BROKER).message).toContain('plaintext listener')
  expect(explain('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', BROKER).message).toContain('does not speak TLS the way we do')
})

test('every sentence names the address, and what to do', () => {
  const codes = [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'CERT_HAS_EXPIRED',
    'EPROTO',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'EWHATEVER',
  ]
  for (const code of codes) expect(explain(code, BROKER)).toMatchObject({ code, message: expect.stringContaining('b-1.example.com:9093') })
})

test('certificates and unknown hosts do not heal by themselves, networks do', () => {
  const retriable = (code: string) => explain(code, BROKER).retriable
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH']) expect(retriable(code), code).toBe(true)
  for (const code of ['ENOTFOUND', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_SSL_WRONG_VERSION_NUMBER', 'CERT_REVOKED'])
    expect(retriable(code), code).toBe(false)
})

test('a reset during the TLS handshake points at a plaintext listener', () => {
  const error = explain('ECONNRESET', BROKER, { phase: 'tls' })
  expect(error).toMatchObject({ code: 'ECONNRESET', retriable: false, message: expect.stringContaining('plaintext listener') })
  expect(explain('EPIPE', BROKER, { phase: 'tls' })).toMatchObject({ retriable: false, message: error.message })
  expect(explain('ETIMEDOUT', BROKER, { phase: 'tls' })).toMatchObject({
    retriable: true,
    message: expect.stringContaining('TLS handshake'),
  })
})

test('TLS codes are told from the others', () => {
  expect(
    [
      'CERT_HAS_EXPIRED',
      'EPROTO',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'UNABLE_TO_GET_ISSUER_CERT',
      'HOSTNAME_MISMATCH',
      'ECONNRESET',
      'EPROTOTYPE',
    ].map(isTlsCode),
  ).toEqual([true, true, true, true, true, false, false])
})
