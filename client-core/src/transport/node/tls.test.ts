import { createServer as createPlainServer } from 'node:net'
import { createServer, type TlsOptions as ServerOptions } from 'node:tls'
import { afterAll, expect, test, vi } from 'vitest'
import { authority } from '../testing/certificates.js'
import { transportCompliance } from '../testing/compliance.js'
import { acceptor, openHandles, unused } from '../testing/sockets.js'
import { collect, outcome, signal } from '../testing/streams.js'
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
