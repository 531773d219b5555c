import { createServer as createPlainServer } from 'node:net'
import { createServer, type TlsOptions as ServerOptions } from 'node:tls'
import { afterAll, expect, test, vi } from 'vitest'
import { authority } from '../testing/certificates.js'
import { transportCompliance } from '../testing/compliance.js'
import { acceptor, openHandles, unused } from '../testing/sockets.js'
import { bytesOf, collect, differsAt, outcome, signal } from '../testing/streams.js'
import { type TlsOptions, tls } from './tls.js'

const { ca, issue, selfSigned, dispose } = authority()
const trusted = issue()
afterAll(async () => {
  dispose()
  await vi.waitFor(() => expect(openHandles()).toEqual([]), { timeout: 4000 })
})

const secure = (options: ServerOptions = trusted) => acceptor(createServer(options), 'secureConnection')

transportCompliance('tls', { reset: true, silence: true }, async () => {
  const silent = await acceptor(createPlainServer(), 'never')
  const endpoint = await secure()
  const close = async () => void (await Promise.all([endpoint.close(), silent.close()]))
  return { ...endpoint, transport: tls({ ca }), refused: await unused(), silent: silent.target, close }
})

/** What connecting gives against a server with these options. */
async function connecting(server: ServerOptions, client: TlsOptions, host = '127.0.0.1') {
  const { target, close } = await secure(server)
  try {
    const stream = await tls(client).connect({ ...target, host }, signal())
    stream.close()
    return 'connected'
  } catch (error) {
    return error
  } finally {
    await close()
  }
}

test('certificates that do not hold fail with their own code, and say what to do', async () => {
  const failures = [
    [trusted, {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', '`ca`'],
    [selfSigned(), {}, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'],
    [issue({ names: 'DNS:other.example' }), { ca }, 'ERR_TLS_CERT_ALTNAME_INVALID', 'another name'],
    [issue({ days: -1 }), { ca }, 'CERT_HAS_EXPIRED', 'expired'],
  ] as const
  for (const [server, client, code, words] of failures) {
    expect(await connecting(server, client)).toMatchObject({
      name: 'TransportError',
      code,
      retriable: false,
      message: expect.stringContaining(words),
    })
  }
})

test('servername overrides the name to verify; verification can be given up', async () => {
  const other = issue({ names: 'DNS:other.example' })
  expect(await connecting(other, { ca, servername: 'other.example' })).toBe('connected')
  expect(await connecting(selfSigned(), { rejectUnauthorized: false })).toBe('connected')
  expect(await connecting(trusted, { ca }, 'localhost')).toBe('connected')
})

test('TLS older than 1.2 is not spoken', async () => {
  const old: ServerOptions = { ...trusted, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
  expect(await connecting(old, { ca })).toMatchObject({ name: 'TransportError', retriable: false })
})

test('a broker that wants a client certificate gets it', async () => {
  const client = issue()
  const { target, accept, close } = await secure({ ...trusted, ca, requestCert: true, rejectUnauthorized: true })
  const stream = await tls({ ca, ...client }).connect(target, signal())
  const peer = await accept()
  await peer.write([new Uint8Array([1])])
  peer.close()
  expect(await collect(stream)).toEqual(new Uint8Array([1]))
  stream.close()
  await close()
})

test('a plaintext listener is told apart: one that answers is EPROTO or its like, one that hangs up ECONNRESET, both point at it', async () => {
  const answering = await acceptor(
    createPlainServer(socket => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    'never',
  )
  const failed = await outcome(tls().connect(answering.target, signal()))
  expect(failed).toMatchObject({
    code: expect.stringMatching(/^(EPROTO|ERR_SSL_)/),
    retriable: false,
    message: expect.stringContaining('plaintext listener'),
  })
  await answering.close()
  const hangingUp = await acceptor(
    createPlainServer(socket => socket.on('error', () => {}).once('data', () => socket.destroy())),
    'never',
  )
  expect(await outcome(tls().connect(hangingUp.target, signal()))).toMatchObject({
    code: 'ECONNRESET',
    message: expect.stringContaining('plaintext listener'),
  })
  await hangingUp.close()
})

test('a handshake that breaks off may be tried again where TLS has worked before, and only there', async () => {
  const { target, close } = await secure()
  const hangingUp = await acceptor(
    createPlainServer(socket => socket.on('error', () => {}).once('data', () => socket.destroy())),
    'never',
  )
  const transport = tls({ ca })
  const before = await outcome(transport.connect(hangingUp.target, signal()))
  expect(before).toMatchObject({ code: 'ECONNRESET', retriable: false })
  const stream = await transport.connect(target, signal())
  stream.close()
  const after = await outcome(transport.connect(hangingUp.target, signal()))
  expect(after).toMatchObject({ code: 'ECONNRESET', retriable: true, message: expect.stringContaining('may have restarted') })
  expect(await outcome(tls({ ca }).connect(hangingUp.target, signal()))).toMatchObject({ code: 'ECONNRESET', retriable: false })
  await close()
  await hangingUp.close()
})

test('no ALPN is offered, and no name for an address', async () => {
  const { target, close } = await acceptor(createPlainServer(), 'never')
  await close()
  const hello = new Promise<Buffer>(resolve => {
    const server = createPlainServer(socket =>
      socket
        .on('error', () => {})
        .once('data', bytes => {
          socket.destroy()
          server.close()
          resolve(bytes)
        }),
    ).listen(target.port, '127.0.0.1')
  })
  const failing = outcome(tls({ ca }).connect(target, signal()))
  const extensions = extensionsOf(await hello)
  await failing
  expect(extensions).toContain(43)
  expect(extensions).not.toContain(16)
  expect(extensions).not.toContain(0)
})

/** The types of a ClientHello's extensions (RFC 8446, 4.1.2): 0 is the server's name, 16 ALPN, 43 the versions. */
function extensionsOf(record: Buffer): number[] {
  let at = 5 + 4 + 2 + 32
  at += 1 + record[at]
  at += 2 + record.readUInt16BE(at)
  at += 1 + record[at]
  const end = at + 2 + record.readUInt16BE(at)
  const types: number[] = []
  for (at += 2; at < end; at += 4 + record.readUInt16BE(at + 2)) types.push(record.readUInt16BE(at))
  return types
}

test('TLS 1.2 is spoken where there is nothing newer, 1.3 where there is; `minVersion` refuses less', async () => {
  const only12: ServerOptions = { ...trusted, maxVersion: 'TLSv1.2' }
  expect(await connecting(only12, { ca })).toBe('connected')
  expect(await connecting({ ...trusted, minVersion: 'TLSv1.3' }, { ca })).toBe('connected')
  expect(await connecting(only12, { ca, minVersion: 'TLSv1.3' })).toMatchObject({
    code: expect.stringMatching(/^(EPROTO|ERR_SSL_)/),
    retriable: false,
    message: expect.stringContaining('does not speak TLS the way we do'),
  })
})

test('an end in order is an end under TLS too, after all that came before; a cut without one is ECONNRESET', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { target, accept, reset, close } = await secure({ ...trusted, maxVersion: version })
    const stream = await tls({ ca }).connect(target, signal())
    const peer = await accept()
    const bytes = bytesOf(300_000, 1)
    const writing = peer.write([bytes])
    await writing
    peer.close()
    expect(differsAt(await collect(stream), bytes)).toBe(-1)
    // The broker's half is closed; ours is not, until we close it.
    stream.close()
    const cut = await tls({ ca }).connect(target, signal())
    reset(await accept())
    expect(await outcome(collect(cut))).toMatchObject({ code: 'ECONNRESET', retriable: true })
    await close()
  }
})
