import { lengthOf } from '../bytes/writer.js'
import type { RequestMessage } from '../protocol/message.js'

/** Where an answer is put, instead of in memory of its own. */
export interface AnswerMemory {
  /** As many bytes; what is in them does not matter. Called again for a frame that turns out larger, and for each try. */
  room(bytes: number): Uint8Array
  /** The answer is somebody else's, too: a hook took the frame. */
  keep(): void
}

/** How one attempt is to be sent; what its hooks say of it. */
export interface Attempt {
  version: number
  /** For the answer, from the end of the write, in ms. */
  timeoutMs: number
  /** How much of that the broker may spend parking the request. */
  parkMs?: number
  /** acks=0: the broker sends no answer. */
  noResponse?: boolean
  signal?: AbortSignal
  requestId: number
  attempt: number
  retryOf?: number
  initiator: string
  /** Part of a login: it passes requests that wait until the login is renewed. */
  isLogin?: boolean
  /** A bare frame without a header, and so without a correlation id: the next frame that comes is its answer. */
  isBare?: boolean
  /** Set when the connection ended before anything of the request can have reached the broker, or the answer to ApiVersions before it was bad. */
  isUnsent?: boolean
  memory?: AnswerMemory
  /** Reads the answer's body, where it is not simply what the request's table says. */
  decode?: (frame: Uint8Array) => unknown
}

/** A request between its issue and its answer. Times in ms since the epoch, 0 before they come. */
export class Pending {
  writeAt = 0
  writtenAt = 0
  /** The first byte of the answer. */
  readAt = 0
  readonly bytes: number
  /**
   * Lets go of the attempt's signal. Called by `resolve` and `reject`, in whose place no functions are put: V8 makes a function that is written where it
   * is assigned to a property in old memory, and that would hold the answer, dead or not, until the whole heap is marked.
   */
  unwatch: (() => void) | undefined

  constructor(
    readonly message: RequestMessage,
    readonly attempt: Attempt,
    readonly correlationId: number,
    readonly chunks: Uint8Array[],
    readonly queuedAt: number,
    private readonly onAnswer: (answer: unknown) => void,
    private readonly onError: (error: Error) => void,
    /** What hooks are shown instead, where they may not see all. */
    readonly shown?: Uint8Array[],
  ) {
    this.bytes = lengthOf(chunks)
  }

  resolve(answer: unknown): void {
    this.unwatch?.()
    this.onAnswer(answer)
  }
  reject(error: Error): void {
    this.unwatch?.()
    this.onError(error)
  }

  get writeWaitMs(): number {
    return this.writeAt - this.queuedAt
  }
  get timeToWriteMs(): number {
    return this.writtenAt - this.writeAt
  }
}
