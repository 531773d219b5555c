import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { tls } from '@milena/client-core/transport/node'
import { afterAll, expect, test, vi } from 'vitest'
import { authority } from '../../client-core/src/transport/testing/certificates.js'
import { withBridge } from './testing/bridges.js'
import { broker } from './testing/brokers.js'
import { request } from './testing/bytes.js'
import { ending } from './testing/ending.js'
import { RawClient } from './testing/raw-client.js'

const { ca, issue, selfSigned, dispose } = authority()
afterAll(dispose)

const listen = async (certificate: { cert: string; key: string }) => {
  const server = createTlsServer(certificate, socket => socket.on('error', () => {}).pipe(socket))
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => new Promise<void>(resolve => server.close(() => resolve())) }
}

test('brokers are spoken to with TLS by the cluster’s own settings, or by the client’s wish', async () => {
  const server = await listen(issue())
  const addr = `127.0.0.1:${server.port}`
  await withBridge({ bootstrap: [addr], tls: { ca } }, {}, async bridge => {
    const client = new RawClient(bridge, { addr })
    expect(await client.first()).toMatchObject({ t: 'open', tls: { v: 'TLSv1.3', cn: 'localhost' } })
    client.ws.send(request(10))
    while (client.bytes < 14) await new Promise(resolve => setTimeout(resolve, 2))
    client.ws.close()
    await client.closed
  })
  expect(await ending({ bootstrap: [addr] }, {}, { addr, query: { tls: '1' } })).toMatchObject({
    code: 4525,
    reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  })
  await server.close()
})

test('certificates are verified whatever the environment says', async () => {
  const server = await listen(selfSigned())
  const addr = `127.0.0.1:${server.port}`
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  try {
    expect(await ending({ bootstrap: [addr], tls: true }, {}, { addr })).toMatchObject({
      code: 4525,
      reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    const direct = tls().connect({ host: '127.0.0.1', port: server.port }, new AbortController().signal)
    await expect(direct).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  } finally {
    vi.unstubAllEnvs()
  }
  await server.close()
})

test('4525: certificates that do not hold, each with its code', async () => {
  const failures = [
    [selfSigned(), 'DEPTH_ZERO_SELF_SIGNED_CERT', {}],
    [issue({ days: -1 }), 'CERT_HAS_EXPIRED', { ca }],
    [issue({ names: 'DNS:other.example' }), 'ERR_TLS_CERT_ALTNAME_INVALID', { ca }],
  ] as const
  for (const [certificate, code, tls] of failures) {
    const server = await listen(certificate)
    const addr = `127.0.0.1:${server.port}`
    expect(await ending({ bootstrap: [addr], tls }, {}, { addr })).toMatchObject({
      first: { code, class: 'tls', retry: false },
      code: 4525,
      reason: code,
    })
    await server.close()
  }
})

test('a handshake that breaks off where TLS has worked is a broker that restarts: to be tried again', async () => {
  const server = await listen(issue())
  const hangingUp = await broker(socket => socket.once('data', () => socket.destroy()))
  const addr = `127.0.0.1:${server.port}`
  await withBridge({ bootstrap: [addr, hangingUp.address], tls: { ca } }, {}, async bridge => {
    const first = async (addr: string) => {
      const client = new RawClient(bridge, { addr })
      const said = await client.first()
      client.ws.close()
      return said
    }
    expect(await first(hangingUp.address)).toMatchObject({ code: 'ECONNRESET', retry: false, msg: expect.stringContaining('--ca') })
    expect(await first(addr)).toMatchObject({ t: 'open' })
    expect(await first(hangingUp.address)).toMatchObject({ code: 'ECONNRESET', retry: true, msg: expect.not.stringContaining('--ca') })
  })
  await Promise.all([server.close(), hangingUp.close()])
})

test('4525: a plaintext listener that hangs up, or answers; 4504: one that is silent', async () => {
  const hangingUp = await broker(socket => socket.once('data', () => socket.destroy()))
  const answering = await broker(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const silent = await broker()
  const against = (addr: string) => ending({ bootstrap: [addr], tls: true }, { times: { dial: 3_000 } }, { addr })
  expect(await against(hangingUp.address)).toMatchObject({
    first: { code: 'ECONNRESET', class: 'tls', msg: expect.stringContaining('plaintext listener') },
    code: 4525,
  })
  expect(await against(answering.address)).toMatchObject({
    first: { class: 'tls', msg: expect.stringContaining('plaintext listener') },
    code: 4525,
  })
  expect(await against(silent.address)).toMatchObject({
    first: { code: 'ETIMEDOUT', msg: expect.stringContaining('TLS handshake') },
    code: 4504,
  })
  await Promise.all([hangingUp, answering, silent].map(each => each.close()))
})
