import { webSocket } from '@milena/client-core/transport/websocket'
import { WebSocket } from 'ws'
import type { ByteStream, Transport } from '../../client-core/src/transport/stream.js'
import { transportCompliance } from '../../client-core/src/transport/testing/compliance.js'
import { acceptor, unused } from '../../client-core/src/transport/testing/sockets.js'
import { createBridge } from './bridge.js'
import { dialler } from './testing/brokers.js'
import { requestHead } from './testing/bytes.js'

const HEAD = requestHead(0x7fffffff)

/** The bridge lets only requests pass: every stream begins with the head of a very large one, and goes on with whatever a rule sends. */
function asOneRequest(transport: Transport): Transport {
  return {
    name: transport.name,
    connect: async (target, signal) => {
      const stream = await transport.connect(target, signal)
      await stream.write([HEAD])
      return stream
    },
  }
}

/** The other end, from behind that head on. A connection that was given up before ends early. */
async function behindHead(stream: ByteStream): Promise<ByteStream> {
  const incoming = stream.incoming[Symbol.asyncIterator]()
  let head = new Uint8Array(0)
  while (head.length < HEAD.length) {
    const step = await incoming.next()
    if (step.done) return stream
    head = new Uint8Array([...head, ...step.value])
  }
  let early = head.subarray(HEAD.length)
  const rest: AsyncIterableIterator<Uint8Array> = {
    next: () => {
      if (early.length === 0) return incoming.next()
      const value = early
      early = new Uint8Array(0)
      return Promise.resolve({ done: false, value })
    },
    [Symbol.asyncIterator]: () => rest,
  }
  return { incoming: rest, peer: stream.peer, write: chunks => stream.write(chunks), close: reason => stream.close(reason) }
}

transportCompliance('websocket, through the bridge', { reset: true, silence: true }, async () => {
  const endpoint = await acceptor()
  const refused = await unused()
  const silent = { host: '127.0.0.1', port: 1 }
  const { port } = endpoint.target
  const bridge = await createBridge({
    port: 0,
    clusters: [{ id: 'local', bootstrap: [`127.0.0.1:${port}`, `127.0.0.1:${refused.port}`, '127.0.0.1:1'] }],
    maxRequestBytes: 0x7fffffff,
    dial: dialler({ '127.0.0.1:1': 'silent' }),
  })
  return {
    transport: asOneRequest(webSocket({ url: bridge.url, token: bridge.token, WebSocket })),
    target: endpoint.target,
    refused,
    silent,
    accept: async () => behindHead(await endpoint.accept()),
    reset: endpoint.reset,
    close: async () => {
      await bridge.close()
      await endpoint.close()
    },
  }
})
