import { expect, test, vi } from 'vitest'
import { askBrokers } from './ask-brokers.js'
import { dialBroker } from './dial.js'
import { Directory } from './directory.js'
import { resolveOptions } from './options.js'
import { withBridge } from './testing/bridges.js'
import { broker, dialler, freePort, metadataBroker } from './testing/brokers.js'
import { RawClient } from './testing/raw-client.js'

const target = (port: number) => ({ host: '127.0.0.1', port, lookup: () => {} })
const ask = (...ports: number[]) =>
  askBrokers(
    dialBroker,
    2000,
  )(ports.map(target)).then(
    brokers => brokers,
    error => error,
  )

test('brokers that only the metadata names are reached; others on the same host are not', async () => {
  const second = await broker()
  const other = await broker()
  const first = await metadataBroker(() => [
    { host: '127.0.0.1', port: first.port },
    { host: '127.0.0.1', port: second.port },
  ])
  await withBridge(
    { bootstrap: [first.address] },
    {},
    async bridge => {
      const client = new RawClient(bridge, { addr: second.address })
      expect(await client.first()).toMatchObject({ t: 'open', peer: second.address })
      const denied = new RawClient(bridge, { addr: other.address })
      expect(await denied.first()).toMatchObject({ t: 'err', code: 'BRIDGE_DENIED', retry: false })
      expect(other.accepted).toBe(0)
      client.ws.close()
    },
    [first, second, other],
  )
})

test('unknown addresses, however many, make the bridge ask its brokers once a second', async () => {
  vi.useFakeTimers()
  let asked = 0
  const settings = resolveOptions({ clusters: [{ id: 'local', bootstrap: ['127.0.0.1:1'] }] })
  const directory = new Directory(settings.clusters[0], settings, async () => {
    asked++
    return []
  })
  try {
    const find = (port: number) =>
      expect(directory.find({ host: '127.0.0.1', port }, false)).rejects.toMatchObject({ code: 'BRIDGE_DENIED' })
    await find(2)
    const others = Promise.all([3, 4, 5].map(find))
    await vi.advanceTimersByTimeAsync(999)
    expect(asked).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    await others
    expect(asked).toBe(2)
  } finally {
    directory.close()
    vi.useRealTimers()
  }
})

test('a bridge that was closed asks no more', async () => {
  const kafka = await metadataBroker(() => [])
  await withBridge({ bootstrap: [kafka.address] }, { times: { refresh: 5 } }, async bridge => {
    const client = new RawClient(bridge, { addr: kafka.address })
    await client.first()
    await bridge.close()
    const before = kafka.accepted
    await new Promise(resolve => setTimeout(resolve, 100))
    // One that was under way may still arrive.
    expect(kafka.accepted).toBeLessThanOrEqual(before + 1)
  })
  await kafka.close()
})

test('metadata of a rogue broker does not lead to a cloud’s metadata service, and nothing is dialled', async () => {
  const rogue = await metadataBroker(() => [{ host: '169.254.169.254', port: 80 }])
  const dial = dialler({})
  await withBridge(
    { bootstrap: [rogue.address] },
    { dial },
    async bridge => {
      const client = new RawClient(bridge, { addr: '169.254.169.254:80' })
      expect(await client.first()).toMatchObject({ t: 'err', code: 'BRIDGE_DENIED' })
      expect(dial.asked).toEqual([rogue.address])
    },
    [rogue],
  )
})

test('what a cluster in use has is asked for again and again; one that nobody uses is left alone', async () => {
  const kafka = await metadataBroker(() => [])
  await withBridge(
    { bootstrap: [kafka.address] },
    { times: { refresh: 20 } },
    async bridge => {
      await new Promise(resolve => setTimeout(resolve, 80))
      expect(kafka.accepted).toBe(0)
      const client = new RawClient(bridge, { addr: kafka.address })
      await client.first()
      while (kafka.accepted < 4) await new Promise(resolve => setTimeout(resolve, 5))
      client.ws.close()
    },
    [kafka],
  )
})

test('any bootstrap broker that answers will do, also while others hang; when none does, the first failure is told', async () => {
  const down = await freePort()
  const silent = await broker(socket => socket.once('data', () => socket.end()))
  const hanging = await broker()
  const kafka = await metadataBroker(() => [{ host: 'B-1.Example.com', port: 9092 }])
  expect(await ask(down, hanging.port, silent.port, kafka.port)).toEqual([{ host: 'b-1.example.com', port: 9092 }])
  expect(await ask(down, silent.port)).toMatchObject({ code: 'ECONNREFUSED' })
  expect(await ask(silent.port)).toMatchObject({
    message: expect.stringContaining('closed the connection instead of answering ApiVersions'),
  })
  await Promise.all([silent.close(), hanging.close(), kafka.close()])
})

test('what is no Kafka broker, or lies, is found out within bounds', async () => {
  const says = async (bytes: Uint8Array) => {
    const liar = await broker(socket => socket.once('data', () => socket.write(bytes)))
    const result = await ask(liar.port)
    await liar.close()
    return result
  }
  expect(await says(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).toMatchObject({
    message: expect.stringContaining('does not answer as a Kafka broker would'),
  })
  expect(await says(new Uint8Array([0x7f, 0xff, 0xff, 0xff]))).toBeInstanceOf(Error)
  expect(await says(new Uint8Array([0, 0, 0, 10, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0]))).toMatchObject({
    message: expect.stringContaining('is of another request'),
  })
  expect(await says(new Uint8Array([0, 0, 0, 10, 0, 0, 0, 18, 0, 0, 0x7f, 0xff, 0xff, 0xff]))).toBeInstanceOf(Error)
  expect(await says(new Uint8Array([0, 0, 0, 10, 0, 0, 0, 18, 0, 0, 0, 0, 0, 0, 0]))).toMatchObject({
    message: expect.stringContaining('said more than it was asked'),
  })
})

test('names and ports that are none are not learned', async () => {
  const kafka = await metadataBroker(() => [
    { host: 'good', port: 9092 },
    { host: '', port: 9092 },
    { host: 'bad name', port: 9092 },
    { host: 'zero', port: 0 },
    { host: 'many', port: 70_000 },
  ])
  expect(await ask(kafka.port)).toEqual([{ host: 'good', port: 9092 }])
  await kafka.close()
})
