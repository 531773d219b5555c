import { describe, expect, test } from 'vitest'
import { parseAddress } from './address.js'

describe('a broker address', () => {
  test.each([
    ['kafka', { host: 'kafka', port: 9092 }],
    ['kafka.example.com:19092', { host: 'kafka.example.com', port: 19092 }],
    ['10.0.0.1:1', { host: '10.0.0.1', port: 1 }],
    ['10.0.0.1:65535', { host: '10.0.0.1', port: 65_535 }],
    ['[::1]:9093', { host: '::1', port: 9093 }],
    ['[2001:db8::7]', { host: '2001:db8::7', port: 9092 }],
    ['::1', { host: '::1', port: 9092 }],
    ['::', { host: '::', port: 9092 }],
    ['2001:db8:0:0:0:0:0:7', { host: '2001:db8:0:0:0:0:0:7', port: 9092 }],
    ['[fe80::1%eth0]:9092', { host: 'fe80::1%eth0', port: 9092 }],
    ['::ffff:10.0.0.1', { host: '::ffff:10.0.0.1', port: 9092 }],
  ])('%s names a host and a port', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
  })

  test.each([
    '',
    ':9092',
    'kafka:',
    'kafka:0',
    'kafka:65536',
    'kafka:port',
    'kafka:9092:9093',
    'abc:9092:1',
    'two words:9092',
    '[::1',
    '[kafka]:9092',
    '[::1]9092',
    '1:2:3:4:5:6:7:8:9',
    '::1::2',
    '[fe80::1%]:9092',
    'user@kafka:9092',
  ])('%j is refused, by its path', text => {
    expect(() => parseAddress(text, 'seedBrokers[1]')).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('seedBrokers[1] must be host:port') }),
    )
  })

  test('several in one text are to be given one by one, and a scheme is not part of it', () => {
    expect(() => parseAddress('a:9092,b:9092')).toThrow('one entry for each broker')
    expect(() => parseAddress('kafka://a:9092')).toThrow('no scheme')
  })
})
