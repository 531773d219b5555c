import type { Socket } from 'node:net'
import { decodeResponse, encodeFrame, type Input, type RequestMessage, type ResponseTo } from '@milena/client-core/protocol'
import { fromNode } from '@milena/client-core/transport/node'
import { addressOf, explain, type StreamTarget, TransportError } from '@milena/client-core/transport/tunnel'

/** A list of ten thousand brokers is well below this. */
const MAX_ANSWER = 4 * 1024 * 1024
const CLIENT_ID = 'milena-bridge'
const HINT =
  'if it wants SASL give the bridge a login with --sasl-mechanism (or list all brokers with --allow), and --tls where it wants TLS'

/** Requests of the bridge's own, one after the other, on a socket that nobody else reads meanwhile. */
export class Calls {
  #waiting: Buffer = Buffer.alloc(0)
  #asked: { api: string; resolve(frame: Buffer): void; reject(error: Error): void } | undefined
  #failure: Error | undefined

  constructor(
    private readonly socket: Socket,
    private readonly to: StreamTarget,
  ) {
    socket.on('data', this.#data).on('end', this.#ended).on('error', this.#broken).on('close', this.#closed)
    if (socket.destroyed) this.#fail(explain('ECONNRESET', to))
  }

  async call<M extends RequestMessage>(message: M, version: number, body: Input<M>): Promise<ResponseTo<M>> {
    const answer = new Promise<Buffer>((resolve, reject) => {
      if (this.#failure) reject(this.#failure)
      else this.#asked = { api: message.api, resolve, reject }
    })
    if (!this.#failure) for (const chunk of encodeFrame(message, version, message.key, CLIENT_ID, body)) this.socket.write(chunk)
    const { correlationId, body: said } = decodeResponse<M['response']>(message.response, version, await answer)
    if (correlationId !== message.key) throw notKafka(this.to, `its answer to ${message.api} is of another request; check the address`)
    return said
  }

  /** Lets go of the socket. */
  release(): void {
    this.socket.off('data', this.#data).off('end', this.#ended).off('error', this.#broken).off('close', this.#closed)
  }

  readonly #data = (chunk: Buffer): void => {
    this.#waiting = Buffer.concat([this.#waiting, chunk])
    if (this.#waiting[0] === 0x15 && this.#waiting[1] === 3)
      return this.#fail(notKafka(this.to, 'it is a TLS listener; start the bridge with --tls'))
    if (this.#waiting.length < 4) return
    const size = this.#waiting.readInt32BE(0)
    if (size < 4 || size > MAX_ANSWER) return this.#fail(notKafka(this.to, `it announced an answer of ${size} bytes; check the address`))
    if (this.#waiting.length < 4 + size) return
    if (!this.#asked || this.#waiting.length > 4 + size)
      return this.#fail(notKafka(this.to, 'it said more than it was asked; check the address'))
    const frame = this.#waiting.subarray(4)
    this.#waiting = Buffer.alloc(0)
    this.#asked.resolve(frame)
    this.#asked = undefined
  }
  readonly #ended = () => {
    const at = addressOf(this.to)
    this.#fail(new TransportError('ECONNRESET', `${at} closed the connection instead of answering ${this.#asked?.api}; ${HINT}`, true))
  }
  readonly #broken = (error: Error) => this.#fail(fromNode(error, this.to, 'stream'))
  readonly #closed = () => this.#fail(explain('ECONNRESET', this.to))

  #fail(error: Error): void {
    this.#failure ??= error
    this.#asked?.reject(this.#failure)
    this.#asked = undefined
  }
}

function notKafka(to: StreamTarget, why: string): TransportError {
  return new TransportError('NOT_KAFKA', `${addressOf(to)} does not answer as a Kafka broker would: ${why}`, false)
}
