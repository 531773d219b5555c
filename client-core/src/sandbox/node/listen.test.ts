import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { SaslAuthenticateRequest } from '../../protocol/api/sasl-authenticate.js'
import { SaslHandshakeRequest } from '../../protocol/api/sasl-handshake.js'
import { tcp } from '../../transport/node/index.js'
import { createSandbox } from '../sandbox.js'
import { batchOf, produceTo } from '../testing/setup.js'
import { TestClient } from '../testing/test-client.js'
import { listen } from './index.js'

async function start(options: Parameters<typeof createSandbox>[0] = {}) {
  const sandbox = await createSandbox(options)
  onTestFinished(() => sandbox.close())
  return sandbox
}

async function dial(address: string) {
  const [host, port] = address.split(':')
  return new TestClient(await tcp().connect({ host, port: Number(port) }, new AbortController().signal))
}

const brokersOf = async (client: TestClient) =>
  (await client.ask(MetadataRequest, 12, { topics: [], includeTopicAuthorizedOperations: false })).brokers.map(b => `${b.host}:${b.port}`)

test('each broker has a port, and Metadata names brokers as the asker reached them', async () => {
  const sandbox = await start({ brokers: 3 })
  const { seedBrokers } = await listen(sandbox)
  expect(new Set(seedBrokers).size).toBe(3)
  expect(await brokersOf(await dial(seedBrokers[1]))).toEqual(seedBrokers)
  expect(await brokersOf(await TestClient.dial(sandbox))).toEqual(['broker-1:9092', 'broker-2:9092', 'broker-3:9092'])
})

test('two listeners advertise their own addresses', async () => {
  const sandbox = await start({ brokers: 1 })
  const [one, two] = [await listen(sandbox), await listen(sandbox)]
  expect(one.seedBrokers).not.toEqual(two.seedBrokers)
  expect(await brokersOf(await dial(one.seedBrokers[0]))).toEqual(one.seedBrokers)
  expect(await brokersOf(await dial(two.seedBrokers[0]))).toEqual(two.seedBrokers)
})

test('what comes in by TCP is there in memory', async () => {
  const sandbox = await start({ brokers: 1, topics: { orders: 1 } })
  const { seedBrokers } = await listen(sandbox)
  const value = 'x'.repeat(900_000)
  expect((await produceTo(await dial(seedBrokers[0]), 'orders', batchOf([value]))).errorCode).toBe(0)
  expect(sandbox.values('orders', 0)).toEqual([value])
})

test('a stopped broker refuses connections and cuts those it has; started again it is at its old port', async () => {
  const sandbox = await start({ brokers: 2 })
  const { seedBrokers } = await listen(sandbox)
  const client = await dial(seedBrokers[1])
  await brokersOf(client)
  await sandbox.broker(2).stop()
  expect(await client.closed()).toBe(true)
  await expect(dial(seedBrokers[1])).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await sandbox.broker(2).start()
  expect(await brokersOf(await dial(seedBrokers[1]))).toEqual(seedBrokers)
})

test('a broker that is added later gets a port of its own, one that is removed loses it', async () => {
  const sandbox = await start({ brokers: 1 })
  const { seedBrokers } = await listen(sandbox)
  await sandbox.addBroker()
  const [, added] = await brokersOf(await dial(seedBrokers[0]))
  expect(await brokersOf(await dial(added))).toEqual([seedBrokers[0], added])
  await sandbox.removeBroker(2)
  await expect(dial(added)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect(await brokersOf(await dial(seedBrokers[0]))).toEqual(seedBrokers)
})

test('the first port must be free, those that follow it may be others', async () => {
  const blocker = createServer()
  await new Promise<void>(resolve => blocker.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void blocker.close())
  const taken = (blocker.address() as { port: number }).port
  const sandbox = await start({ brokers: 2 })
  await expect(listen(sandbox, { port: taken })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  const { seedBrokers } = await listen(sandbox, { port: taken - 1 }).catch(() => listen(sandbox))
  expect(seedBrokers).toHaveLength(2)
  expect(seedBrokers).not.toContain(`127.0.0.1:${taken}`)
})

test('closing the listener closes its ports; closing the sandbox closes them all', async () => {
  const sandbox = await start({ brokers: 1 })
  const [one, two] = [await listen(sandbox), await listen(sandbox)]
  await one.close()
  await expect(dial(one.seedBrokers[0])).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await dial(two.seedBrokers[0])
  await sandbox.close()
  await expect(dial(two.seedBrokers[0])).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('each listener asks for a login of its own, or for none', async () => {
  const sandbox = await start({ brokers: 1, sasl: { users: { alice: 'secret' }, memory: false } })
  const doors = {
    own: await listen(sandbox),
    open: await listen(sandbox, { sasl: false }),
    short: await listen(sandbox, { sasl: { mechanisms: ['PLAIN'], sessionLifetimeMs: 5000 } }),
  }
  const offered = async (client: TestClient) => (await client.ask(SaslHandshakeRequest, 1, { mechanism: 'X' })).mechanisms
  expect(await offered(await dial(doors.own.seedBrokers[0]))).toEqual(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
  expect(await brokersOf(await dial(doors.open.seedBrokers[0]))).toEqual(doors.open.seedBrokers)
  expect(await brokersOf(await TestClient.dial(sandbox))).toEqual(['broker-1:9092'])
  expect(await offered(await dial(doors.short.seedBrokers[0]))).toEqual(['PLAIN'])
  const client = await dial(doors.short.seedBrokers[0])
  await client.ask(SaslHandshakeRequest, 1, { mechanism: 'PLAIN' })
  const answer = await client.ask(SaslAuthenticateRequest, 2, { authBytes: new TextEncoder().encode('\0alice\0secret') })
  expect([answer.errorCode, answer.sessionLifetimeMs]).toEqual([0, 5000n])
})
