import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ByteStream } from './stream.js'
import { FakeWebSocket } from './testing/fake-websocket.js'
import { bytesOf, collect, differsAt, outcome, signal } from './testing/streams.js'
import { HIGH_WATER, MAX_CLIENT_MESSAGE, SUBPROTOCOL } from './tunnel.js'
import { type WebSocketTransportOptions, webSocket } from './websocket.js'

const TARGET = { host: 'b-1.example.com', port: 9092 }
const BASE = 'http://127.0.0.1:8474'
afterEach(() => vi.unstubAllGlobals())

/** A connect under way: the promise and the socket to play on. */
function connecting(options: Partial<WebSocketTransportOptions> = {}, abort = signal()) {
  const stream = webSocket({ url: BASE, token: 'secret', WebSocket: FakeWebSocket, ...options }).connect(TARGET, abort)
  return { stream, socket: FakeWebSocket.last }
}

async function connected(): Promise<{ stream: ByteStream; socket: FakeWebSocket }> {
  const { stream, socket } = connecting()
  socket.accept()
  return { stream: await stream, socket }
}

/** The bridge's HTTP side as the probe finds it. */
function bridgeAnswers(answer: () => Response | Promise<Response>) {
  const asked: Request[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push(new Request(url, init))
    return answer()
  })
  return asked
}

describe('connecting', () => {
  test('the address and the cluster are in the query, the token only in the subprotocol', () => {
    const { socket } = connecting({ url: 'https://ui.example.com/milena//?a=b#c', cluster: 'prod', tls: true, token: 'tök/en' })
    expect(socket.url).toBe('wss://ui.example.com/milena/v1/tcp?addr=b-1.example.com%3A9092&cluster=prod&tls=1')
    expect(socket.protocols).toEqual([SUBPROTOCOL, 'bearer.dMO2ay9lbg'])
    expect(socket.binaryType).toBe('arraybuffer')
  })

  test('it is connected when the bridge says open, not before', async () => {
    const { stream, socket } = connecting()
    let there = false
    void stream.then(() => (there = true))
    socket.emit('open')
    await new Promise(resolve => setTimeout(resolve))
    expect(there).toBe(false)
    socket.control({ t: 'something-new' })
    socket.accept()
    expect((await stream).peer).toBe('10.0.0.7:9092')
    socket.accept()
    expect(socket.closedWith).toBeUndefined()
  })

  test('without a token the bridge is told so, and need not wait for one', () => {
    const { socket } = connecting({ token: undefined })
    expect(socket.protocols).toEqual([SUBPROTOCOL])
    socket.emit('open')
    expect(socket.sent).toEqual(['{"t":"auth","token":""}'])
  })

  test('what the bridge says is the error, whatever close follows', async () => {
    const { stream, socket } = connecting()
    socket.emit('open')
    socket.control({ t: 'err', code: 'BRIDGE_DENIED', class: 'denied', msg: 'b-1.example.com:9092 is not\u0007 allowed', retry: false })
    socket.emit('close', { code: 1006 })
    expect(await outcome(stream)).toMatchObject({ code: 'BRIDGE_DENIED', message: 'b-1.example.com:9092 is not allowed', retriable: false })
  })

  test('what is no bridge is found out: bytes or junk before open, an end without a word', async () => {
    const strange = [
      (socket: FakeWebSocket) => socket.emit('message', { data: new ArrayBuffer(3) }),
      (socket: FakeWebSocket) => socket.emit('message', { data: 'hello' }),
      (socket: FakeWebSocket) => socket.emit('message', { data: '{"t":"err","code":"not a word"}' }),
      (socket: FakeWebSocket) => socket.emit('close', { code: 1000 }),
    ]
    for (const play of strange) {
      const { stream, socket } = connecting()
      socket.emit('open')
      play(socket)
      expect(await outcome(stream)).toMatchObject({ name: 'TransportError', code: 'BRIDGE_PROTOCOL', retriable: false })
    }
  })

  test('aborting closes the socket; what it says later is not heard', async () => {
    const abort = new AbortController()
    const { stream, socket } = connecting({}, abort.signal)
    abort.abort()
    expect(await outcome(stream)).toMatchObject({ code: 'ABORTED' })
    expect(socket.closedWith).toBe(1000)
    socket.accept()
    socket.emit('error')
    socket.emit('close', { code: 1006 })
  })

  test('a signal that was aborted before opens no socket', async () => {
    const { last } = FakeWebSocket
    expect(await outcome(connecting({}, AbortSignal.abort()).stream)).toMatchObject({ code: 'ABORTED' })
    expect(FakeWebSocket.last).toBe(last)
  })

  test('aborting once it is connected changes nothing', async () => {
    const abort = new AbortController()
    const { stream, socket } = connecting({}, abort.signal)
    socket.accept()
    await stream
    abort.abort()
    expect(socket.closedWith).toBeUndefined()
  })

  test('a platform without WebSocket has to pass one', () => {
    vi.stubGlobal('WebSocket', undefined)
    expect(() => webSocket({ url: BASE })).toThrowError('this platform has no WebSocket; pass one as `WebSocket`')
  })

  test('a URL that is none is refused with its option named', () => {
    for (const url of ['http://[', 'ftp://host']) expect(() => webSocket({ url, WebSocket: FakeWebSocket })).toThrowError(/webSocket\.url/)
  })

  test('TLS can be asked for, or not; what else there is to say of it is for the bridge’s operator', () => {
    const wrong = { url: BASE, WebSocket: FakeWebSocket, tls: { ca: 'PEM' } as unknown as boolean }
    expect(() => webSocket(wrong)).toThrowError(/^webSocket\.tls: must be true or false; .* settings of the bridge/)
    for (const tls of [true, false, undefined]) expect(webSocket({ ...wrong, tls }).name).toBe('websocket')
  })

  test('a TLS failure on an open connection says whose settings those are', async () => {
    const { stream, socket } = await connected()
    socket.emit('close', { code: 4525, reason: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' })
    expect(await outcome(collect(stream))).toMatchObject({
      code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      message: expect.stringMatching(/wants a client certificate .*settings of the bridge: --ca, --cert, --key/),
    })
  })

  test('a socket that the page may not open at all is BRIDGE_UNREACHABLE', async () => {
    class Forbidden extends FakeWebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols)
        throw new Error('insecure')
      }
    }
    expect(await outcome(webSocket({ url: BASE, WebSocket: Forbidden }).connect(TARGET, signal()))).toMatchObject({
      code: 'BRIDGE_UNREACHABLE',
      retriable: true,
    })
  })
})

describe('a close that tells nothing (1006)', () => {
  const cases: Array<[string, () => Response | Promise<Response>, string, boolean]> = [
    ['nothing answers', () => Promise.reject(new TypeError('Failed to fetch')), 'BRIDGE_UNREACHABLE', true],
    ['401', () => new Response('', { status: 401 }), 'BRIDGE_UNAUTHENTICATED', false],
    ['a redirect to a login', () => new Response('', { status: 302 }), 'BRIDGE_UNAUTHENTICATED', false],
    ['403', () => new Response('', { status: 403 }), 'BRIDGE_DENIED', false],
    ['503', () => new Response('', { status: 503 }), 'BRIDGE_BUSY', true],
    ['it is full', () => Response.json({ connections: 512, max: 512 }), 'BRIDGE_BUSY', true],
    ['it is up', () => Response.json({ connections: 1, max: 512 }), 'BRIDGE_UNREACHABLE', true],
    ['something else is there', () => new Response('', { status: 404 }), 'BRIDGE_UNREACHABLE', true],
  ]
  for (const [what, answer, code, retriable] of cases) {
    test(`while connecting, ${what}: ${code}`, async () => {
      const asked = bridgeAnswers(answer)
      const { stream, socket } = connecting()
      socket.emit('error')
      socket.emit('close', { code: 1006 })
      expect(await outcome(stream)).toMatchObject({ name: 'TransportError', code, retriable, message: expect.stringContaining(BASE) })
      // What a cache would answer says nothing of the bridge now.
      expect(asked.map(({ url, headers, cache }) => [url, headers.get('authorization'), cache])).toEqual([
        [`${BASE}/v1/info`, 'Bearer secret', 'no-store'],
      ])
    })
  }

  test('a bridge that hangs is told from one that is not there', async () => {
    bridgeAnswers(() => Promise.reject(new DOMException('too late', 'TimeoutError')))
    const { stream, socket } = connecting()
    socket.emit('close', { code: 1006 })
    expect(await outcome(stream)).toMatchObject({ code: 'BRIDGE_UNREACHABLE', message: expect.stringContaining('did not answer in time') })
  })

  test('on an open connection, with the bridge still up: ECONNRESET', async () => {
    bridgeAnswers(() => Response.json({ connections: 1, max: 512 }))
    const { stream, socket } = await connected()
    const reading = outcome(collect(stream))
    socket.emit('close', { code: 1006 })
    const writing = outcome(stream.write([new Uint8Array(1)]))
    expect(await reading).toMatchObject({ code: 'ECONNRESET', retriable: true })
    expect(await writing).toMatchObject({ code: 'ECONNRESET' })
  })

  test('a socket blocked by a Content-Security-Policy fires error and never closes: it settles all the same', async () => {
    bridgeAnswers(() => Promise.reject(new TypeError('blocked')))
    const { stream, socket } = connecting()
    socket.emit('error')
    expect(await outcome(stream)).toMatchObject({ code: 'BRIDGE_UNREACHABLE', message: expect.stringContaining('Content-Security-Policy') })
  })
})

describe('the close codes', () => {
  const cases: Array<[number, string, string, boolean]> = [
    [1001, '', 'BRIDGE_CLOSING', true],
    [1012, '', 'BRIDGE_CLOSING', true],
    [1009, '', 'BRIDGE_PROTOCOL', false],
    [1011, '', 'BRIDGE_PROTOCOL', false],
    [1013, '', 'BRIDGE_BUSY', true],
    [4400, 'NOT_KAFKA', 'BRIDGE_PROTOCOL', false],
    [4401, 'BRIDGE_UNAUTHENTICATED', 'BRIDGE_UNAUTHENTICATED', false],
    [4403, 'API_NOT_ALLOWED', 'BRIDGE_DENIED', false],
    [4408, 'WRITE_STALL', 'ETIMEDOUT', true],
    [4429, 'BRIDGE_BUSY', 'BRIDGE_BUSY', true],
    [4502, 'EHOSTUNREACH', 'EHOSTUNREACH', true],
    [4502, 'nonsense!', 'ECONNRESET', true],
    [4504, 'ETIMEDOUT', 'ETIMEDOUT', true],
    [4525, 'CERT_HAS_EXPIRED', 'CERT_HAS_EXPIRED', false],
    [4525, 'ECONNRESET', 'ECONNRESET', false],
    [4526, 'AUTHENTICATION_FAILED', 'AUTHENTICATION_FAILED', false],
    [4530, 'EAI_AGAIN', 'EAI_AGAIN', true],
    [4530, 'ENOTFOUND', 'ENOTFOUND', false],
    [4999, '', 'BRIDGE_PROTOCOL', false],
  ]
  for (const [number, reason, code, retriable] of cases) {
    test(`${number} ${reason} is ${code}`, async () => {
      const { stream, socket } = await connected()
      socket.emit('close', { code: number, reason })
      expect(await outcome(collect(stream))).toMatchObject({ name: 'TransportError', code, retriable })
    })
  }

  test('1000 is the end, after which a write is EPIPE', async () => {
    const { stream, socket } = await connected()
    socket.emit('message', { data: new Uint8Array([1, 2]).buffer })
    socket.control({ t: 'goaway', in: 1000 })
    socket.emit('close', { code: 1000 })
    expect(await collect(stream)).toEqual(new Uint8Array([1, 2]))
    expect(await outcome(stream.write([new Uint8Array(1)]))).toMatchObject({ code: 'EPIPE' })
  })
})

describe('writing', () => {
  test('small chunks are gathered, large ones cut: no message is over 64 KiB, no byte lost', async () => {
    const { stream, socket } = await connected()
    const whole = bytesOf(400_000, 1)
    const cuts = [0, 4, 104, 70_000, 70_001, 300_000, 300_000, 399_999, 400_000]
    await stream.write(cuts.slice(1).map((end, i) => whole.subarray(cuts[i], end)))
    const lengths = socket.sent.map(message => message.length)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MAX_CLIENT_MESSAGE)
    expect(lengths.length).toBeLessThan(11)
    const got = new Uint8Array(await new Blob(socket.sent.map(message => new Uint8Array(message as Uint8Array))).arrayBuffer())
    expect(differsAt(got, whole)).toBe(-1)
  })

  test('more than 1 MiB in the socket stops it, within one message; it goes on when that has drained', async () => {
    const { stream, socket } = await connected()
    socket.holds = true
    let done = false
    const writing = stream.write([new Uint8Array(3 * HIGH_WATER)]).then(() => (done = true))
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(socket.bufferedAmount).toBeGreaterThan(HIGH_WATER)
    expect(socket.bufferedAmount).toBeLessThanOrEqual(HIGH_WATER + MAX_CLIENT_MESSAGE)
    expect(done).toBe(false)
    const drain = setInterval(() => (socket.bufferedAmount = 0), 1)
    await writing
    clearInterval(drain)
    expect(socket.sent.reduce((sum, message) => sum + message.length, 0)).toBe(3 * HIGH_WATER)
  })

  test('what waits when the stream is closed is still sent, in order, before the close', async () => {
    const { stream, socket } = await connected()
    socket.holds = true
    const whole = bytesOf(4_000_000, 2)
    const writes = [stream.write([whole.subarray(0, 3_000_000)]), stream.write([whole.subarray(3_000_000)])].map(outcome)
    stream.close()
    expect(await Promise.all(writes)).toMatchObject([{ code: 'CLOSED' }, { code: 'CLOSED' }])
    const got = new Uint8Array(await new Blob(socket.sent.map(message => new Uint8Array(message as Uint8Array))).arrayBuffer())
    expect(differsAt(got, whole)).toBe(-1)
    expect(socket.closedWith).toBe(1000)
  })

  test('shared memory, which a WebSocket does not take, is copied', async () => {
    if (typeof SharedArrayBuffer === 'undefined') return
    const { stream, socket } = await connected()
    await stream.write([new Uint8Array(new SharedArrayBuffer(200_000))])
    expect(socket.sent.every(message => message instanceof Uint8Array && message.buffer instanceof ArrayBuffer)).toBe(true)
  })
})
