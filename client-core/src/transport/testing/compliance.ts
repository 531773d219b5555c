import { describe, expect, test } from 'vitest'
import { type ByteStream, type StreamTarget, type Transport, TransportError } from '../stream.js'
import { bytesOf, collect, differsAt, outcome, readExactly, signal, Timeline } from './streams.js'

/** A transport with somebody at the other end. */
export interface Endpoint {
  transport: Transport
  /** Takes connections. */
  target: StreamTarget
  /** Refuses them. */
  refused: StreamTarget
  /** Never answers, where the transport can show that. */
  silent?: StreamTarget
  /** The other end of the next connection to `target`. */
  accept(): Promise<ByteStream>
  /** Breaks the connection off at the other end, where the transport can. */
  reset?(peer: ByteStream): void
  close(): Promise<void>
}

const MB = 1024 * 1024

/** What every transport does alike. `open` gives a fresh endpoint; `can` says what its platform is able to show. */
export function transportCompliance(name: string, can: { reset: boolean; silence: boolean }, open: () => Promise<Endpoint>): void {
  const connected = async (run: (stream: ByteStream, peer: ByteStream, endpoint: Endpoint) => Promise<void>) => {
    const endpoint = await open()
    const accepted = endpoint.accept()
    const stream = await endpoint.transport.connect(endpoint.target, signal())
    const peer = await accepted
    try {
      await run(stream, peer, endpoint)
    } finally {
      stream.close()
      peer.close()
      await endpoint.close()
    }
  }
  const rule = (what: string, run: Parameters<typeof connected>[0]) => test(what, () => connected(run))

  describe(`${name}: bytes`, () => {
    rule('bytes arrive in order, both ways at once', async (stream, peer) => {
      const there = bytesOf(300_000, 1)
      const back = bytesOf(200_000, 2)
      const [a, b] = await Promise.all([
        readExactly(peer, there.length),
        readExactly(stream, back.length),
        stream.write([there]),
        peer.write([back]),
      ])
      expect(differsAt(a, there)).toBe(-1)
      expect(differsAt(b, back)).toBe(-1)
    })
    rule('many chunks in one write are one run of bytes, empty ones included', async (stream, peer) => {
      const whole = bytesOf(100_000, 3)
      const parts = Array.from({ length: 200 }, (_, i) => whole.subarray(i * 500, (i + 1) * 500))
      const [got] = await Promise.all([readExactly(peer, whole.length), stream.write([new Uint8Array(0), ...parts, new Uint8Array(0)])])
      expect(differsAt(got, whole)).toBe(-1)
      await stream.write([])
    })
    rule('many small writes that nobody waits for keep their order', async (stream, peer) => {
      const whole = bytesOf(20_000, 4)
      const writes = Array.from({ length: 2000 }, (_, i) => stream.write([whole.subarray(i * 10, i * 10 + 10)]))
      expect(differsAt(await readExactly(peer, whole.length), whole)).toBe(-1)
      await Promise.all(writes)
    })
    rule('a view is sent, not what lies around it', async (stream, peer) => {
      const backing = bytesOf(1000, 5)
      await stream.write([backing.subarray(10, 20)])
      stream.close()
      expect(await collect(peer)).toEqual(backing.slice(10, 20))
    })
    rule('64 MB written at once arrive', async (stream, peer) => {
      const whole = bytesOf(64 * MB, 6)
      const [got] = await Promise.all([readExactly(peer, whole.length), stream.write([whole])])
      expect(differsAt(got, whole)).toBe(-1)
    })
    rule('a chunk may be changed once its write has resolved', async (stream, peer) => {
      const chunk = new Uint8Array(60_000)
      const got = readExactly(peer, 100 * chunk.length)
      for (let i = 0; i < 100; i++) {
        chunk.fill(i)
        await stream.write([chunk])
      }
      const all = await got
      for (let i = 0; i < 100; i++) expect([all[i * 60_000], all[i * 60_000 + 59_999]]).toEqual([i, i])
    })
    rule('what was read is its own: it does not change with later reads, and slice copies it', async (stream, peer) => {
      const first = readExactly(stream, 5)
      await peer.write([new Uint8Array([1, 2, 3, 4, 5])])
      const kept = await first
      const copy = kept.slice()
      await Promise.all([peer.write([bytesOf(500_000, 7)]), readExactly(stream, 500_000)])
      expect(kept).toEqual(new Uint8Array([1, 2, 3, 4, 5]))
      kept[0] = 99
      expect(copy[0]).toBe(1)
    })
  })

  describe(`${name}: back-pressure`, () => {
    rule('a peer that does not read stops the writer within bounds, and all arrives when it reads again', async (stream, peer) => {
      const chunk = bytesOf(64 * 1024, 8)
      const line = new Timeline()
      let written = 0
      let stop = false
      const writer = (async () => {
        while (!stop) {
          await stream.write([chunk])
          written += chunk.length
          line.mark()
        }
      })()
      await line.quiet()
      expect(written).toBeLessThan(48 * MB)
      const stalledAt = written
      stop = true
      const got = await readExactly(peer, stalledAt + chunk.length)
      await writer
      expect(written).toBe(stalledAt + chunk.length)
      for (let at = 0; at < got.length; at += chunk.length) expect(differsAt(got.subarray(at, at + chunk.length), chunk)).toBe(-1)
    })
    rule('a loop over incoming can be left early; the next one goes on where it stopped', async (stream, peer) => {
      const whole = bytesOf(400_000, 9)
      const writing = peer.write([whole])
      let first = new Uint8Array(0)
      for await (const chunk of stream.incoming) {
        first = chunk.slice()
        break
      }
      const rest = await readExactly(stream, whole.length - first.length)
      await writing
      expect(differsAt(first, whole.subarray(0, first.length))).toBe(-1)
      expect(differsAt(rest, whole.subarray(first.length))).toBe(-1)
    })
    rule('a second reader at the same time is refused, the first is not harmed', async (stream, peer) => {
      const incoming = stream.incoming[Symbol.asyncIterator]()
      const first = incoming.next()
      expect(await outcome(incoming.next())).toMatchObject({ name: 'ClientError', code: 'INVALID_REQUEST' })
      await peer.write([new Uint8Array([7])])
      expect((await first).value).toEqual(new Uint8Array([7]))
    })
  })

  describe(`${name}: closing`, () => {
    rule('what was written before a close is delivered, then the peer reads the end', async (stream, peer) => {
      const whole = bytesOf(3 * MB, 10)
      const got = collect(peer)
      await stream.write([whole])
      stream.close()
      expect(differsAt(await got, whole)).toBe(-1)
    })
    rule('after the peer ended, incoming ends and a write is refused with EPIPE', async (stream, peer) => {
      peer.close()
      expect(await collect(stream)).toEqual(new Uint8Array(0))
      expect(await outcome(stream.write([new Uint8Array(1)]))).toMatchObject({ name: 'TransportError', code: 'EPIPE', retriable: true })
    })
    rule('after close here, incoming ends, what was not read is gone, and a write is refused with CLOSED', async (stream, peer) => {
      const arrived = stream.incoming[Symbol.asyncIterator]().next()
      await peer.write([new Uint8Array(100_000)])
      await arrived
      stream.close()
      expect(await collect(stream)).toEqual(new Uint8Array(0))
      expect(await outcome(stream.write([new Uint8Array(1)]))).toMatchObject({ name: 'TransportError', code: 'CLOSED', retriable: false })
    })
    rule('a reason is what the reader and pending writes see; later closes change nothing', async stream => {
      const reason = new Error('the frame was larger than allowed')
      const reading = outcome(collect(stream))
      const writes = Array.from({ length: 16 }, () => outcome(stream.write([new Uint8Array(2 * MB)])))
      stream.close(reason)
      stream.close(new Error('another'))
      stream.close()
      expect(await reading).toBe(reason)
      expect(await writes[15]).toBe(reason)
      expect(await outcome(stream.write([new Uint8Array(1)]))).toBe(reason)
      expect(await outcome(collect(stream))).toBe(reason)
    })
    rule('a write that waits for a peer which does not read is let go when the peer closes', async (stream, peer) => {
      const writing = outcome(stream.write([new Uint8Array(64 * MB)]))
      peer.close()
      const result = await writing
      if (result !== undefined)
        expect(result).toMatchObject({ name: 'TransportError', code: expect.stringMatching(/^(EPIPE|ECONNRESET)$/) })
    })
    if (!can.reset) return
    rule('a connection that the peer breaks off is ECONNRESET for the reader and for writes', async (stream, peer, endpoint) => {
      const reading = outcome(collect(stream))
      endpoint.reset?.(peer)
      expect(await reading).toMatchObject({ name: 'TransportError', code: 'ECONNRESET', retriable: true })
      expect(await outcome(stream.write([new Uint8Array(1)]))).toMatchObject({ name: 'TransportError', code: 'ECONNRESET' })
    })
  })

  describe(`${name}: connecting`, () => {
    const dialled = async (run: (endpoint: Endpoint) => Promise<void>) => {
      const endpoint = await open()
      try {
        await run(endpoint)
      } finally {
        await endpoint.close()
      }
    }
    test('nothing listens: ECONNREFUSED, with the address and the next step', () =>
      dialled(async ({ transport, refused }) => {
        const error = await outcome(transport.connect(refused, signal()))
        expect(error).toBeInstanceOf(TransportError)
        expect(error).toMatchObject({
          code: 'ECONNREFUSED',
          retriable: true,
          message: `nothing listens on ${refused.host}:${refused.port}; check the address and that the broker is running`,
        })
      }))
    test('a signal that is aborted afterwards changes nothing', () =>
      dialled(async ({ transport, target, accept }) => {
        const abort = new AbortController()
        const stream = await transport.connect(target, abort.signal)
        const peer = await accept()
        abort.abort()
        await stream.write([new Uint8Array([42])])
        expect(await peer.incoming[Symbol.asyncIterator]().next()).toMatchObject({ value: new Uint8Array([42]) })
        stream.close()
        peer.close()
      }))
    test('a signal that was aborted before opens nothing', () =>
      dialled(async ({ transport, target }) => {
        const aborted = AbortSignal.abort(new Error('not wanted'))
        expect(await outcome(transport.connect(target, aborted))).toMatchObject({ code: 'ABORTED', retriable: false })
      }))
    test('aborting while connecting rejects at once and leaves nothing open', () =>
      dialled(async ({ transport, target, accept }) => {
        const abort = new AbortController()
        const connecting = outcome(transport.connect(target, abort.signal))
        abort.abort()
        expect(await connecting).toMatchObject({ code: 'ABORTED' })
        // The next connection is a new one, unharmed; one that was given up either never came through or has ended.
        const live = await transport.connect(target, signal())
        await live.write([new Uint8Array([42])])
        for (;;) {
          const peer = await accept()
          const step = await peer.incoming[Symbol.asyncIterator]()
            .next()
            .catch(() => ({ done: true, value: undefined }))
          if (step.done) continue
          expect(step.value).toEqual(new Uint8Array([42]))
          peer.close()
          break
        }
        live.close()
      }))
    if (!can.silence) return
    test('a target that never answers is waited for until the signal is aborted', () =>
      dialled(async ({ transport, silent }) => {
        const abort = new AbortController()
        const connecting = outcome(transport.connect(silent!, abort.signal))
        expect(await Promise.race([connecting, new Promise(resolve => setTimeout(resolve, 100, 'still waiting'))])).toBe('still waiting')
        abort.abort()
        expect(await connecting).toMatchObject({ code: 'ABORTED' })
      }))
  })
}
