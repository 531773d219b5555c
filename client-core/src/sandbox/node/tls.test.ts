import { afterAll, expect, onTestFinished, test } from 'vitest'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { SaslAuthenticateRequest } from '../../protocol/api/sasl-authenticate.js'
import { SaslHandshakeRequest } from '../../protocol/api/sasl-handshake.js'
import { errnoOf } from '../../protocol/errors.js'
import { tcp, tls } from '../../transport/node/index.js'
import { authority } from '../../transport/testing/certificates.js'
import { createSandbox, type SandboxOptions } from '../index.js'
import { TestClient } from '../testing/test-client.js'
import { type ListenOptions, listen } from './index.js'

const { ca, issue, dispose } = authority()
const server = issue()
const client = issue()
afterAll(dispose)

async function start(options: ListenOptions, more: SandboxOptions = {}) {
  const sandbox = await createSandbox({ brokers: 1, topics: { orders: 1 }, ...more })
  onTestFinished(() => sandbox.close())
  const { seedBrokers } = await listen(sandbox, options)
  const [host, port] = seedBrokers[0].split(':')
  const target = { host, port: Number(port) }
  const dial = async (transport = tls({ ca })) => new TestClient(await transport.connect(target, new AbortController().signal))
  return { sandbox, seedBrokers, dial }
}
const metadata = (asker: TestClient) => asker.ask(MetadataRequest, 12, { topics: [{ name: 'orders' }] })

test('a listener speaks TLS, and Metadata leads back to it', async () => {
  const { dial, seedBrokers } = await start({ tls: server })
  const { brokers } = await metadata(await dial())
  expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual(seedBrokers)
  await expect(dial(tls())).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
})

test('who speaks plaintext to it is not understood', async () => {
  const { dial } = await start({ tls: server })
  const plain = await dial(tcp())
  await plain.tell(MetadataRequest, 12, { topics: [] })
  // What comes back, if anything, is a TLS alert, which is no frame.
  await expect(
    plain.nextFrame().then(
      frame => frame?.length ?? 0,
      () => 0,
    ),
  ).resolves.toBe(0)
})

test('a listener that asks for certificates takes those of its authority, and their subject is the principal', async () => {
  const { dial, sandbox } = await start({ tls: { ...server, ca, requestClientCert: true } })
  const known = await dial(tls({ ca, ...client }))
  const codeOf = async () => (await metadata(known)).topics[0].errorCode
  expect(await codeOf()).toBe(0)
  const undo = sandbox.deny({ topic: 'orders', principal: 'User:CN=localhost' })
  expect(await codeOf()).toBe(errnoOf('TOPIC_AUTHORIZATION_FAILED'))
  undo()
  sandbox.deny({ topic: 'orders', principal: 'User:ANONYMOUS' })
  expect(await codeOf()).toBe(0)
})

test('without a certificate the connection breaks at the first read', async () => {
  const { dial } = await start({ tls: { ...server, ca, requestClientCert: true } })
  const outcome = dial(tls({ ca })).then(stranger => metadata(stranger))
  await expect(outcome).rejects.toThrow()
})

test('TLS and a login go together (SASL_SSL)', async () => {
  const sasl = { users: { alice: 'secret' } }
  const { dial, sandbox } = await start({ tls: server }, { sasl })
  const asker = await dial()
  await asker.ask(SaslHandshakeRequest, 1, { mechanism: 'PLAIN' })
  const { errorCode } = await asker.ask(SaslAuthenticateRequest, 2, { authBytes: new TextEncoder().encode('\0alice\0secret') })
  expect(errorCode).toBe(0)
  sandbox.deny({ topic: 'orders', principal: 'User:alice' })
  expect((await metadata(asker)).topics[0].errorCode).toBe(errnoOf('TOPIC_AUTHORIZATION_FAILED'))
})

test('a certificate that cannot be read is refused when the port is opened', async () => {
  await expect(start({ tls: { cert: 'no certificate', key: server.key } })).rejects.toThrow()
})
