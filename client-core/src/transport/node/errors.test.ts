import { expect, test } from 'vitest'
import { codeOf, fromNode } from './errors.js'

const target = { host: 'broker', port: 9092 }
const coded = (code: string, message = code) => Object.assign(new Error(message), { code })

test('of several addresses that were tried the first one’s code counts; what has none is EIO', () => {
  expect(codeOf(new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]))).toBe('ECONNREFUSED')
  expect(codeOf(new AggregateError([]))).toBe('EIO')
  expect(codeOf(new Error('odd'))).toBe('EIO')
})

test('a socket that is gone has the kernel’s words', () => {
  const codes = ['ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ERR_SOCKET_CLOSED'].map(
    code => fromNode(coded(code), target, 'stream').code,
  )
  expect(codes).toEqual(['ECONNRESET', 'EPIPE', 'ECONNRESET'])
})

test('what Node says is one line of bounded length', () => {
  const { message } = fromNode(coded('EWHATEVER', `a\n  b ${'x'.repeat(1000)}`), target, 'stream')
  expect(message).toBe(`the connection to broker:9092 failed: EWHATEVER (a b ${'x'.repeat(196)})`)
})
