import { request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import { createBridge } from './bridge.js'
import { broker, dialler } from './testing/brokers.js'
import { request } from './testing/bytes.js'
import { RawClient } from './testing/raw-client.js'

test('a connection is one line at its open and one at its close; no token, no payload, no line breaks of a client’s making', async () => {
  const secret = 'sEcReT-password'
  const kafka = await broker(socket => socket.on('data', () => socket.write(secret)))
  const refused = '10.255.255.1:9092'
  const lines: string[] = []
  const token = `token-${'x'.repeat(30)}`
  const dial = dialler({ [refused]: { fails: 'ECONNREFUSED' } })
  const bridge = await createBridge({
    port: 0,
    token,
    dial,
    log: line => lines.push(line),
    clusters: [{ id: 'local', bootstrap: [kafka.address, refused] }],
  })

  const client = new RawClient(bridge, { addr: kafka.address })
  await client.first()
  const payload = request(40, 36, 2)
  payload.set(Buffer.from(secret), 20)
  client.ws.send(new Uint8Array([...request(8), ...payload]))
  while (client.bytes === 0) await new Promise(resolve => setTimeout(resolve, 2))
  client.ws.close(1000, secret)
  await client.closed
  await new RawClient(bridge, { addr: refused }).closed
  await new RawClient(bridge, { addr: kafka.address, token: `${secret}-wrong-token` }).closed
  await new RawClient(bridge, { addr: 'evil\nopen c_1.example:1' }).refused
  await new RawClient(bridge, { addr: kafka.address, query: { token } }).refused
  await new Promise(resolve =>
    httpRequest(`${bridge.url}v1/info?${token}`, { headers: { authorization: `Bearer ${secret}` } }, resolve).end(),
  )
  while (bridge.connections > 0) await new Promise(resolve => setTimeout(resolve, 2))

  expect(lines).toEqual([
    expect.stringMatching(/^open c_\S+ addr=127\.0\.0\.1:\d+ from=\S+ peer=127\.0\.0\.1:\d+ ms=\d+$/),
    expect.stringMatching(/^close c_\S+ addr=127\.0\.0\.1:\d+ from=\S+ code=1000 by=client up=56 down=15 ms=\d+$/),
    expect.stringMatching(/^close c_\S+ addr=10\.255\.255\.1:9092 from=\S+ code=4502 by=ECONNREFUSED up=0 down=0 ms=\d+$/),
    expect.stringMatching(/^close c_\S+ addr=127\.0\.0\.1:\d+ from=\S+ code=4401 by=BRIDGE_UNAUTHENTICATED up=0 down=0 ms=\d+$/),
  ])
  const heard = JSON.stringify([lines, client.texts])
  for (const hidden of [secret, token]) expect(heard).not.toContain(hidden)
  await bridge.close()
  await kafka.close()
})

test('a flood of tiny fragments, and of pings, is cut off', async () => {
  const kafka = await broker(socket => socket.resume())
  const bridge = await createBridge({ port: 0, clusters: [{ id: 'local', bootstrap: [kafka.address] }] })
  const fragments = new RawClient(bridge, { addr: kafka.address })
  await fragments.first()
  for (let i = 0; i < 200; i++) fragments.ws.send(Buffer.alloc(0), { fin: false, binary: true })
  expect((await fragments.closed).code).toBe(1008)
  const before = process.memoryUsage().heapUsed
  const pings = new RawClient(bridge, { addr: kafka.address })
  await pings.first()
  for (let i = 0; i < 20_000; i++) pings.ws.ping('x'.repeat(100))
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024)
  pings.ws.terminate()
  await bridge.close()
  await kafka.close()
})
