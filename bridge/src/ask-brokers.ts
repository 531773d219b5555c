import type { Socket } from 'node:net'
import {
  ApiVersionsRequest,
  decodeResponse,
  encodeFrame,
  type Input,
  MetadataRequest,
  type RequestMessage,
  type ResponseTo,
} from '@milena/client-core/protocol'
import { addressOf, explain, parseAddress, type StreamTarget } from '@milena/client-core/transport/tunnel'
import { type Dial, type DialTarget, openBroker } from './dial.js'
import type { AskBrokers } from './directory.js'

/** A brokers list of ten thousand is well below this. */
const MAX_ANSWER = 4 * 1024 * 1024
const CLIENT_ID = 'milena-bridge'

/** Asks all bootstrap brokers, each on a connection of its own, and takes the first answer; when none answers, the first one's failure is thrown. */
export function askBrokers(dial: Dial, ms: number): AskBrokers {
  return bootstrap =>
    Promise.any(bootstrap.map(broker => brokersBy(dial, broker, ms))).catch(failure => {
      throw failure instanceof AggregateError ? failure.errors[0] : failure
    })
}

async function brokersBy(dial: Dial, broker: DialTarget, ms: number): Promise<StreamTarget[]> {
  const socket = await openBroker(dial, broker, ms, new AbortController().signal)
  const timer = setTimeout(() => socket.destroy(explain('ETIMEDOUT', broker)), ms)
  try {
    const frames = readFrames(socket)
    // Version 0 of both requests is known to every broker; Metadata 0 alone cannot ask for no topics.
    const offered = await call(socket, frames, ApiVersionsRequest, 0, {})
    const range = offered.apiKeys.find(api => api.apiKey === MetadataRequest.key)
    const version = Math.min(range?.maxVersion ?? -1, MetadataRequest.versions[1])
    if (!range || version < Math.max(1, range.minVersion))
      throw new Error(`${addressOf(broker)} offers no version of Metadata that the bridge speaks`)
    const metadata = await call(socket, frames, MetadataRequest, version, { topics: [], allowAutoTopicCreation: false })
    return metadata.brokers
      .filter(({ host, port }) => parseAddress(addressOf({ host, port })))
      .map(({ host, port }) => ({ host: host.toLowerCase(), port }))
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

async function call<M extends RequestMessage>(
  socket: Socket,
  frames: AsyncIterator<Uint8Array>,
  message: M,
  version: number,
  body: Input<M>,
): Promise<ResponseTo<M>> {
  for (const chunk of encodeFrame(message, version, message.key, CLIENT_ID, body)) socket.write(chunk)
  const step = await frames.next()
  if (step.done)
    throw new Error(`the broker closed the connection instead of answering ${message.api}; if it wants SASL, list all brokers with --allow`)
  const answer = decodeResponse<M['response']>(message.response, version, step.value)
  if (answer.correlationId !== message.key) throw new Error(`the answer to ${message.api} is of another request; is this a Kafka broker?`)
  return answer.body
}

/** The answers on a connection, without their sizes. */
async function* readFrames(socket: Socket): AsyncGenerator<Uint8Array, undefined> {
  let waiting = Buffer.alloc(0)
  for await (const chunk of socket) {
    waiting = Buffer.concat([waiting, chunk])
    while (waiting.length >= 4) {
      const size = waiting.readInt32BE(0)
      if (size < 4 || size > MAX_ANSWER) throw new Error(`an answer of ${size} bytes was announced; is this a Kafka broker?`)
      if (waiting.length < 4 + size) break
      yield waiting.subarray(4, 4 + size)
      waiting = waiting.subarray(4 + size)
    }
  }
  return undefined
}
