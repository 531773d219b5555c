import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { FrameReader } from '../../cluster/frames.js'
import { tcp } from './tcp.js'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

/** A connection, and the other side's socket. */
async function connected() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const { port } = server.address() as AddressInfo
  const stream = await tcp().connect({ host: '127.0.0.1', port }, new AbortController().signal)
  const [socket]: Socket[] = await accepted
  opened.push(server, stream, { close: () => socket.destroy() })
  return { stream, socket }
}

test('frames of any size that are read where they belong stay as they came, whatever is read after them', async () => {
  const { stream, socket } = await connected()
  const sizes = Array.from({ length: 120 }, (_, i) => (i % 7 === 0 ? 1_300_000 : i % 3 === 0 ? 90_000 + i : 4 + i * 11))
  const frames: Uint8Array[] = []
  const reader = new FrameReader(
    1 << 24,
    () => {},
    frame => frames.push(frame),
  )
  stream.readBy?.({ room: () => reader.room(), take: chunk => reader.push(chunk) })
  for (const [i, size] of sizes.entries()) {
    const frame = Buffer.alloc(size + 4, i + 1)
    frame.writeUInt32BE(size)
    socket.write(frame)
  }
  await vi.waitFor(() => expect(frames).toHaveLength(sizes.length), { timeout: 20_000 })
  expect(frames.map(frame => frame.length)).toEqual(sizes)
  expect(frames.every((frame, i) => frame.every(byte => byte === i + 1))).toBe(true)
  expect(new Set(frames.map(frame => frame.buffer)).size).toBe(sizes.length)
})

test('who reads at once is told nothing after the close, and sees the end as others do', async () => {
  const { stream, socket } = await connected()
  let taken = 0
  stream.readBy?.({ room: () => undefined, take: chunk => (taken += chunk.length) })
  socket.write(Buffer.alloc(1000))
  await vi.waitFor(() => expect(taken).toBe(1000))
  const ended = once(socket.resume(), 'end')
  stream.close()
  socket.write(Buffer.alloc(1000))
  for await (const chunk of stream.incoming) throw new Error(`${chunk.length} bytes came twice`)
  await ended
  expect(taken).toBe(1000)
})
