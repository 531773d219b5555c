import { decodeResponse, encodeFrame } from '../../protocol/frame.js'
import type { Input, Output, RequestMessage } from '../../protocol/message.js'
import type { ByteStream, Transport } from '../../transport/stream.js'
import { Frames } from '../network/frames.js'

/** One connection to one broker that speaks frames and knows nothing else: what the sandbox is tested with. */
export class TestClient {
  #correlationId = 0
  #frames = new Frames(1 << 30)
  #received: Uint8Array[] = []
  readonly #incoming: AsyncIterator<Uint8Array>

  constructor(readonly stream: ByteStream) {
    this.#incoming = stream.incoming[Symbol.asyncIterator]()
  }

  static async dial(sandbox: { transport: Transport }, broker = 1): Promise<TestClient> {
    return new TestClient(await sandbox.transport.connect({ host: `broker-${broker}`, port: 9092 }, new AbortController().signal))
  }

  /** Sends a request and waits for its answer. */
  async ask<M extends RequestMessage>(message: M, version: number, body: Input<M>): Promise<Output<M['response']>> {
    const correlationId = await this.tell(message, version, body)
    return this.read(message, version, correlationId)
  }

  /** Sends a request without waiting; gives its correlation id. */
  async tell<M extends RequestMessage>(message: M, version: number, body: Input<M>): Promise<number> {
    const correlationId = this.#correlationId++
    await this.stream.write(encodeFrame(message, version, correlationId, 'test', body))
    return correlationId
  }

  /** Reads the next answer, which must be to that request. */
  async read<M extends RequestMessage>(message: M, version: number, correlationId: number): Promise<Output<M['response']>> {
    const frame = await this.nextFrame()
    if (!frame) throw new Error('the connection ended instead of an answer')
    const answer = decodeResponse(message.response, version, frame)
    if (answer.correlationId !== correlationId) throw new Error(`answer ${answer.correlationId} came where ${correlationId} was expected`)
    return answer.body as Output<M['response']>
  }

  async send(...bytes: number[]): Promise<void> {
    await this.stream.write([Uint8Array.from(bytes)])
  }

  /** The next frame without its size; undefined when the connection ended. */
  async nextFrame(): Promise<Uint8Array | undefined> {
    while (this.#received.length === 0) {
      const next = await this.#incoming.next().catch(() => ({ done: true as const, value: undefined }))
      if (next.done) return undefined
      this.#received.push(...this.#frames.push(next.value))
    }
    return this.#received.shift()
  }

  /** True once the broker has closed without another answer. */
  async closed(): Promise<boolean> {
    return (await this.nextFrame()) === undefined
  }

  close(): void {
    this.stream.close()
  }
}
