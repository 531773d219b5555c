import { describe, expect, test } from 'vitest'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { encodeFrame } from '../../protocol/frame.js'
import type { SandboxOptions } from '../options.js'
import { setup } from '../testing/setup.js'
import { Frames } from './frames.js'

const metadata = (correlationId: number) => joined(encodeFrame(MetadataRequest, 12, correlationId, 'test', { topics: [] }))
const int32 = (value: number) => [value >> 24, value >> 16, value >> 8, value].map(byte => byte & 255)

async function watched(options: SandboxOptions = {}) {
  const reasons: string[] = []
  const made = await setup({ onDisconnect: ({ reason }) => reasons.push(reason), ...options })
  return { ...made, reasons }
}

describe('frames', () => {
  test('answers come in the order of the requests, however these are cut', async () => {
    const { client } = await setup()
    const bytes = joined([metadata(0), metadata(1), metadata(2)])
    for (const byte of bytes) await client.stream.write([Uint8Array.of(byte)])
    for (const correlationId of [0, 1, 2]) expect((await client.read(MetadataRequest, 12, correlationId)).clusterId).toBeTruthy()
    await client.stream.write([bytes])
    for (const correlationId of [0, 1, 2]) await client.read(MetadataRequest, 12, correlationId)
  })

  test('many requests may be under way', async () => {
    const { client } = await setup()
    const count = 500
    await client.stream.write(Array.from({ length: count }, (_, i) => metadata(i)))
    for (let i = 0; i < count; i++) await client.read(MetadataRequest, 12, i)
  })

  test('what arrived before the peer closed is still done', async () => {
    const { client, sandbox, clock } = await setup()
    await client.stream.write([metadata(0), metadata(1)])
    client.close()
    await clock.settle()
    expect(sandbox.broker(1).requests).toBe(2)
    expect(sandbox.broker(1).connections).toBe(0)
  })

  test('an empty frame and one that is split at every border', () => {
    const frames = new Frames(100)
    const bytes = Uint8Array.from([...int32(0), ...int32(3), 1, 2, 3, ...int32(1), 9])
    for (let cut = 0; cut <= bytes.length; cut++) {
      const got = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap(part => [...frames.push(part)].map(frame => [...frame]))
      expect(got).toEqual([[], [1, 2, 3], [9]])
    }
    expect(frames.held).toBe(0)
  })
})

describe('hostile bytes close their connection and no other', () => {
  const garbage: [string, number[] | Uint8Array, RegExp][] = [
    ['a negative size', int32(-1), /-1 bytes/],
    ['a size above the limit', int32(1_000_001), /1000001 bytes.*limit is 1000000/],
    ['HTTP', new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'), /1195725856 bytes/],
    ['a TLS hello', [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3], /369295618 bytes/],
    ['a frame too short for a header', [...int32(3), 0, 3, 0], /MALFORMED|needs/],
    ['an API that does not exist', [...int32(10), ...[0, 99, 0, 0], ...int32(0), 0xff, 0xff], /API 99/],
    ['an API of the brokers among themselves', [...int32(10), ...[0, 4, 0, 0], ...int32(0), 0xff, 0xff], /API 4/],
    ['a version that is not spoken', [...int32(10), ...[0, 3, 0, 99], ...int32(0), 0xff, 0xff], /version 99/],
    ['a negative version', [...int32(10), ...[0, 3, 0xff, 0xff], ...int32(0), 0xff, 0xff], /version -1/],
    ['a body that is cut off', [...int32(12), ...[0, 3, 0, 1], ...int32(0), 0xff, 0xff, 0, 0], /Metadata/],
    ['an array with more items than bytes', [...int32(14), ...[0, 3, 0, 1], ...int32(0), 0xff, 0xff, ...int32(0x7fffffff)], /Metadata/],
    ['bytes behind the last field', [...int32(15), ...[0, 3, 0, 1], ...int32(0), 0xff, 0xff, ...int32(0), 7], /left over/],
  ]
  test.each(garbage)('%s', async (_, bytes, reason) => {
    const { client, dial, reasons, sandbox, clock } = await watched({ maxFrameBytes: 1_000_000 })
    const other = await dial()
    await client.stream.write([Uint8Array.from(bytes)])
    expect(await client.closed()).toBe(true)
    await clock.settle()
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toMatch(reason)
    await other.ask(MetadataRequest, 12, { topics: [] })
    expect(sandbox.broker(1).connections).toBe(1)
  })

  test('a size is believed only as far as bytes arrive', async () => {
    const frames = new Frames(0x7fffffff)
    expect([...frames.push(Uint8Array.from([...int32(0x7ffffff0), 1, 2, 3]))]).toEqual([])
    expect(frames.held).toBe(7)
  })

  test('a peer that sends and never reads is not read without end', async () => {
    const { dial, sandbox, clock } = await setup({ topics: { orders: 200 } })
    const client = await dial()
    const ask = joined(encodeFrame(MetadataRequest, 12, 0, 'test', { topics: null }))
    let accepted = 0
    const writes = (async () => {
      for (let i = 0; i < 2000; i++) {
        await client.stream.write(Array.from({ length: 20 }, () => ask))
        accepted++
      }
    })().catch(() => {})
    await clock.settle()
    // The answers fill the way back, so requests are no longer read, so the way there fills too.
    expect(accepted).toBeLessThan(2000)
    expect(sandbox.broker(1).requests).toBeLessThan(200)
    client.close()
    await writes
  })
})

test('requests to a stopped broker are refused, its connections are cut, others go on', async () => {
  const { sandbox, dial } = await setup({ brokers: 2 })
  const [one, two] = [await dial(1), await dial(2)]
  await sandbox.broker(2).stop()
  expect(await two.closed()).toBe(true)
  await expect(dial(2)).rejects.toMatchObject({ name: 'TransportError', code: 'ECONNREFUSED' })
  await one.ask(MetadataRequest, 12, { topics: [] })
  await sandbox.broker(2).start()
  await (await dial(2)).ask(MetadataRequest, 12, { topics: [] })
})

test('an address that the sandbox does not have is not found', async () => {
  const { sandbox } = await setup()
  const connect = (host: string, port: number) => sandbox.transport.connect({ host, port }, new AbortController().signal)
  await expect(connect('broker-9', 9092)).rejects.toMatchObject({ code: 'ENOTFOUND' })
  await expect(connect('broker-1', 9093)).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

test('closing cuts what is open and refuses what comes', async () => {
  const { sandbox, client, dial } = await setup()
  await sandbox.close()
  expect(await client.closed()).toBe(true)
  await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
