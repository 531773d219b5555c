import { decodeResponse, encodeFrame, type Input, type Output, type RequestMessage } from '@milena/client-core/protocol'
import { tcp } from '@milena/client-core/transport/node'

type Stream = Awaited<ReturnType<ReturnType<typeof tcp>['connect']>>

/** One connection that sends frames and reads their answers, for any broker. */
export class Asker {
  readonly #incoming: AsyncIterator<Uint8Array>
  #left: Uint8Array = new Uint8Array(0)
  #correlationId = 0

  private constructor(private readonly stream: Stream) {
    this.#incoming = stream.incoming[Symbol.asyncIterator]()
  }

  static async dial(address: string): Promise<Asker> {
    const [host, port] = address.split(':')
    return new Asker(await tcp().connect({ host, port: Number(port) }, new AbortController().signal))
  }

  async ask<M extends RequestMessage>(message: M, version: number, body: Input<M>): Promise<Output<M['response']>> {
    await this.stream.write(encodeFrame(message, version, this.#correlationId++, 'asker', body))
    const size = new DataView((await this.#read(4)).buffer).getInt32(0)
    return decodeResponse(message.response, version, await this.#read(size)).body as Output<M['response']>
  }

  close(): void {
    this.stream.close()
  }

  /** A copy of the next bytes. */
  async #read(length: number): Promise<Uint8Array> {
    while (this.#left.length < length) {
      const next = await this.#incoming.next()
      if (next.done) throw new Error('the broker closed the connection')
      this.#left = Uint8Array.from(Buffer.concat([this.#left, next.value]))
    }
    const taken = this.#left.slice(0, length)
    this.#left = this.#left.subarray(length)
    return taken
  }
}
