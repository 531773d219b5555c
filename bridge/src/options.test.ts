import { expect, test } from 'vitest'
import { createBridge } from './bridge.js'
import { type BridgeOptions, reachableAs, resolveOptions } from './options.js'

const clusters = [{ id: 'local', bootstrap: ['127.0.0.1:9092'] }]
const resolve = (options: Partial<BridgeOptions>) => resolveOptions({ clusters, ...options })

test('defaults: loopback, its own port, a fresh token of 32 bytes', () => {
  const { host, port, token, maxConnections, maxRequestBytes, times } = resolve({})
  expect({ host, port, maxConnections, maxRequestBytes }).toEqual({
    host: '127.0.0.1',
    port: 8474,
    maxConnections: 512,
    maxRequestBytes: 104857600,
  })
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  expect(resolve({}).token).not.toBe(token)
  expect(times).toMatchObject({ hello: 5000, dial: 10_000, stall: 60_000 })
})

test('other machines are let in only on purpose', () => {
  expect(() => resolve({ host: '0.0.0.0' })).toThrowError(/host: 0\.0\.0\.0 lets other machines in.*--allow-remote/)
  expect(resolve({ host: '0.0.0.0', allowRemote: true }).host).toBe('0.0.0.0')
  for (const host of ['localhost', '::1', '127.0.0.2']) expect(resolve({ host }).host).toBe(host)
})

test('a bridge is called by its own address, or by loopback when it listens on all', () => {
  expect(['127.0.0.1', 'localhost', '10.0.0.7', '0.0.0.0', '::'].map(reachableAs)).toEqual([
    '127.0.0.1',
    'localhost',
    '10.0.0.7',
    '127.0.0.1',
    '::1',
  ])
  expect(resolve({ host: '::1', publicHosts: ['UI.example.com'] }).publicHosts).toEqual(['ui.example.com', '[::1]'])
})

test('what cannot be meant is refused, and named', () => {
  const wrong: Array<[Partial<BridgeOptions>, RegExp]> = [
    [{ clusters: [] }, /^clusters: name at least one/],
    [{ clusters: [{ id: 'a b', bootstrap: ['h:1'] }] }, /^clusters\[0\]\.id/],
    [{ clusters: [...clusters, ...clusters] }, /^clusters\[1\]\.id: 'local' is there twice/],
    [{ clusters: [{ id: 'a', bootstrap: [] }] }, /^clusters\[0\]\.bootstrap: name at least one/],
    [{ clusters: [{ id: 'a', bootstrap: ['host'] }] }, /^clusters\[0\]\.bootstrap: 'host' is not host:port/],
    [{ clusters: [{ id: 'a', bootstrap: ['h:1'], allow: ['h:99999'] }] }, /^clusters\[0\]\.allow/],
    [{ port: 70_000 }, /^port/],
    [{ token: 'short' }, /^token/],
    [{ token: '' }, /^token/],
    [{ origins: ['ui.example.com'] }, /^origins/],
    [{ origins: ['https://ui.example.com/'] }, /^origins/],
    [{ origins: ['null'] }, /^origins/],
  ]
  for (const [options, message] of wrong) expect(() => resolve(options)).toThrowError(message)
})

test('a port that is taken rejects', async () => {
  const first = await createBridge({ clusters, port: 0 })
  const port = Number(new URL(first.url).port)
  await expect(createBridge({ clusters, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await first.close()
})
