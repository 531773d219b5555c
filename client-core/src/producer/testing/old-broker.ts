import { codec } from '../../compression/index.js'
import { ApiVersionsRequest } from '../../protocol/api/api-versions.js'
import { FetchRequest } from '../../protocol/api/fetch.js'
import { ListOffsetsRequest } from '../../protocol/api/list-offsets.js'
import { MetadataRequest } from '../../protocol/api/metadata.js'
import { ProduceRequest } from '../../protocol/api/produce.js'
import { decodeRequest, encodeResponseFrame, readRequestHeader } from '../../protocol/frame.js'
import type { Input, Output, RequestMessage } from '../../protocol/message.js'
import { decodeBatches } from '../../records/decode.js'
import { encodeBatch } from '../../records/encode.js'
import { messageAt, putInt64, readInt64 } from '../../records/layout.js'
import { joined, starts, stored } from '../../records/testing/message-sets.js'
import { toMessageSet } from '../../records/to-message-set.js'
import { Frames } from '../../sandbox/network/frames.js'
import { memoryTransport } from '../../transport/memory.js'
import { type ByteStream, type Transport, TransportError } from '../../transport/stream.js'

type Answer<M extends RequestMessage> = Input<M['response']>
type Body<M extends RequestMessage> = Output<M>
interface Handled {
  message: RequestMessage
  last: number
  /** The frame that answers a frame. */
  answer(frame: Uint8Array, version: number, correlationId: number): Promise<Uint8Array[]>
}

function handle<M extends RequestMessage>(
  message: M,
  last: number,
  answer: (body: Body<M>, version: number) => Answer<M> | Promise<Answer<M>>,
): [number, Handled] {
  return [
    message.key,
    {
      message,
      last,
      answer: async (frame, version, correlationId) => {
        const response = message.response as M['response']
        return encodeResponseFrame(response, version, correlationId, await answer(decodeRequest(message, frame).body, version))
      },
    },
  ]
}

/** The highest versions of each release, of what clients need to produce and to consume (taken from the brokers themselves). */
const releases = {
  '0.10.2': { Produce: 2, Fetch: 3, ListOffsets: 1, Metadata: 2 },
  '0.9.0': { Produce: 1, Fetch: 1, ListOffsets: 0, Metadata: 0 },
} as const
export type Release = keyof typeof releases

/** One broker from before record batches, with one topic of one partition: it knows message sets alone, and closes on versions that it does not have. */
export class OldBroker {
  readonly transport: Transport
  /** What each Produce request brought. */
  readonly produced: { version: number; magic: number; codec: number }[] = []
  /** What is wrong with this stand-in, or with what it was sent. */
  readonly faults: unknown[] = []
  #log: Uint8Array = new Uint8Array(0)
  #end = 0n
  readonly #handlers: Map<number, Handled>

  constructor(release: Release) {
    const max = releases[release]
    this.#handlers = new Map([
      handle(ProduceRequest, max.Produce, (body, version) => this.#produce(body, version)),
      handle(FetchRequest, max.Fetch, body => this.#fetch(body)),
      handle(ListOffsetsRequest, max.ListOffsets, (body, version) => this.#listOffsets(body, version)),
      handle(MetadataRequest, max.Metadata, () => this.#metadata()),
    ])
    if (release === '0.10.2') this.#handlers.set(...handle(ApiVersionsRequest, 0, () => this.#apiVersions()))
    this.transport = memoryTransport(stream => {
      this.#serve(stream).catch((error: unknown) => {
        // A client that closed is no fault.
        if (!(error instanceof TransportError)) this.faults.push(error)
      })
    })
  }

  async #serve(stream: ByteStream): Promise<void> {
    const frames = new Frames(1 << 24)
    for await (const chunk of stream.incoming) {
      for (const frame of frames.push(chunk)) {
        const { apiKey, apiVersion, correlationId } = readRequestHeader(frame)
        const handler = this.#handlers.get(apiKey)
        if (handler && apiVersion <= handler.last) await stream.write(await handler.answer(frame, apiVersion, correlationId))
        else if (!handler || apiKey !== ApiVersionsRequest.key) return stream.close()
        // KIP-511: every client can read the layout of version 0.
        else await stream.write(encodeResponseFrame(ApiVersionsRequest.response, 0, correlationId, { errorCode: 35, apiKeys: [] }))
      }
    }
  }

  #apiVersions(): Answer<typeof ApiVersionsRequest> {
    const apiKeys = [...this.#handlers].map(([apiKey, { last }]) => ({ apiKey, minVersion: 0, maxVersion: last }))
    return { errorCode: 0, apiKeys }
  }

  #metadata(): Answer<typeof MetadataRequest> {
    const partition = { errorCode: 0, partitionIndex: 0, leaderId: 1, replicaNodes: [1], isrNodes: [1] }
    return {
      brokers: [{ nodeId: 1, host: 'old', port: 9092 }],
      controllerId: 1,
      topics: [{ errorCode: 0, name: 'orders', partitions: [partition] }],
    } as Answer<typeof MetadataRequest>
  }

  /** What magic 0 compresses is stored plain, for want of absolute offsets inside. */
  async #produce({ topicData }: Body<typeof ProduceRequest>, version: number): Promise<Answer<typeof ProduceRequest>> {
    const [{ partitionData }] = topicData
    const set = partitionData[0].records!.slice()
    const [magic, attributes] = [set[messageAt.magic], set[messageAt.attributes]]
    this.produced.push({ version, magic, codec: attributes & 7 })
    const wanted = version === 2 ? 1 : 0
    const baseOffset = this.#end
    // CORRUPT_MESSAGE, as a broker answers what it cannot read.
    const errorCode = magic === wanted ? 0 : 2
    if (errorCode === 0) this.#log = joined(this.#log, await this.#place(set, magic))
    return { responses: [{ name: 'orders', partitionResponses: [{ index: 0, errorCode, baseOffset }] }] }
  }

  async #place(set: Uint8Array, magic: number): Promise<Uint8Array> {
    const [batch] = decodeBatches(set)
    if (batch.codec) await batch.open(await codec(batch.codec))
    const first = this.#end
    this.#end += BigInt(batch.numRecords)
    if (!batch.codec)
      return stored(
        set,
        Array.from(starts(set), (_, i) => first + BigInt(i)),
      )
    if (magic === 1) {
      putInt64(set, messageAt.offset, this.#end - 1n)
      return set
    }
    const plain = await toMessageSet(encodeBatch([...batch].map(({ key, value }) => ({ key, value }))), 0)
    return stored(
      plain,
      Array.from(starts(plain), (_, i) => first + BigInt(i)),
    )
  }

  /** From the set that the offset is in. */
  async #fetch({ topics, maxWaitMs }: Body<typeof FetchRequest>): Promise<Answer<typeof FetchRequest>> {
    const [{ partitions }] = topics
    const { fetchOffset, partition } = partitions[0]
    if (fetchOffset >= this.#end) await new Promise(resolve => setTimeout(resolve, maxWaitMs))
    const from = starts(this.#log).find(p => readInt64(this.#log, p) >= fetchOffset) ?? this.#log.length
    const answered = {
      partitionIndex: partition,
      errorCode: 0,
      highWatermark: this.#end,
      records: this.#log.slice(from),
      abortedTransactions: null,
    }
    return { responses: [{ topic: 'orders', partitions: [answered] }] }
  }

  #listOffsets({ topics }: Body<typeof ListOffsetsRequest>, version: number): Answer<typeof ListOffsetsRequest> {
    const [{ partitions }] = topics
    const offset = partitions[0].timestamp === -2n ? 0n : this.#end
    const answered = version === 0 ? { oldStyleOffsets: [offset] } : { oldStyleOffsets: [], offset, timestamp: -1n }
    return { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, errorCode: 0, ...answered }] }] }
  }
}
