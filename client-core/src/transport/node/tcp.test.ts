import { createServer } from 'node:net'
import { afterAll, expect, test, vi } from 'vitest'
import { transportCompliance } from '../testing/compliance.js'
import { acceptor, openHandles, unused } from '../testing/sockets.js'
import { bytesOf, collect, outcome, signal } from '../testing/streams.js'
import { listenTcp } from './listen.js'
import { tcp } from './tcp.js'

afterAll(() => vi.waitFor(() => expect(openHandles()).toEqual([]), { timeout: 4000 }))

transportCompliance('tcp', { reset: true, silence: false }, async () => ({
  transport: tcp(),
  refused: await unused(),
  ...(await acceptor()),
}))

test('a host name that does not exist is ENOTFOUND, one whose lookup fails now EAI_AGAIN', async () => {
  const failing = (code: string) =>
    tcp({ lookup: (host, _options, answer) => answer(Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code }), '', 4) })
  const target = { host: 'broker.invalid', port: 9092 }
  expect(await outcome(failing('ENOTFOUND').connect(target, signal()))).toMatchObject({ code: 'ENOTFOUND', retriable: false })
  expect(await outcome(failing('EAI_AGAIN').connect(target, signal()))).toMatchObject({ code: 'EAI_AGAIN', retriable: true })
})

test('every address of a name is tried; when none takes the connection, the code is that of the first', async () => {
  const { port } = await unused()
  const both = tcp({
    lookup: (_host, _options, answer) =>
      answer(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]),
  })
  expect(await outcome(both.connect({ host: 'broker', port }, signal()))).toMatchObject({ code: 'ECONNREFUSED', cause: expect.any(Error) })
})

test('a closed stream lets go of its socket even when the other side never ends', async () => {
  const stubborn = createServer({ allowHalfOpen: true }, socket => socket.on('error', () => {}).resume())
  const { target, close } = await acceptor(stubborn, 'never')
  const stream = await tcp().connect(target, signal())
  expect(stream.peer).toBe(`127.0.0.1:${target.port}`)
  stream.close()
  expect(await outcome(stream.write([new Uint8Array(1)]))).toMatchObject({ code: 'CLOSED' })
  // Our end goes after the linger, without help from the other side: left are the listener and the other side's end.
  await vi.waitFor(() => expect(openHandles()).toEqual(['TCPServerWrap', 'TCPSocketWrap']), { timeout: 4000 })
  await close()
  await vi.waitFor(() => expect(openHandles()).toEqual([]), { timeout: 4000 })
})

test('unread bytes do not turn a close into a reset that eats what was written', async () => {
  const { target, accept, close } = await acceptor()
  const stream = await tcp().connect(target, signal())
  const peer = await accept()
  const noise = outcome(peer.write([new Uint8Array(8_000_000)]))
  const last = bytesOf(3_000_000, 1)
  const writing = outcome(stream.write([last]))
  stream.close()
  expect(await writing).toMatchObject({ code: 'CLOSED' })
  expect(await collect(peer)).toHaveLength(last.length)
  await noise
  await close()
})

test('a listener names its port, hands over streams, and closes with all of them', async () => {
  const got: string[] = []
  const listener = await listenTcp({}, stream => {
    got.push(String(stream.peer))
    void outcome(collect(stream))
  })
  expect(listener).toMatchObject({ host: '127.0.0.1', port: expect.any(Number) })
  const stream = await tcp().connect(listener, signal())
  await stream.write([new Uint8Array(1)])
  const reading = outcome(collect(stream))
  await new Promise(resolve => setTimeout(resolve, 20))
  await Promise.all([listener.close(), listener.close()])
  await reading
  expect(got).toHaveLength(1)
  expect(await outcome(tcp().connect(listener, signal()))).toMatchObject({ code: 'ECONNREFUSED' })
})

test('a port that is taken is an error with its code', async () => {
  const first = await listenTcp({}, () => {})
  expect(await outcome(listenTcp({ port: first.port }, () => {}))).toMatchObject({ name: 'TransportError', code: 'EADDRINUSE' })
  await first.close()
})
