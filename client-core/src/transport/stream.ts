/** Where a stream should lead: a broker's advertised address. `nodeId` is negative for a seed that is not known by id yet. */
export interface StreamTarget {
  host: string
  port: number
  nodeId?: number
}

/**
 * A TCP-like stream of bytes. Chunk borders mean nothing. The transports (TCP, TLS, WebSocket, memory) behave alike: one compliance suite runs
 * over all of them.
 */
export interface ByteStream {
  /**
   * What the peer sends, once, by one reader. Ends when the peer closed in order; throws a `TransportError` when the stream broke or was closed
   * here with a reason. Not reading is back-pressure where the platform has it (a classic WebSocket has none). Leaving a loop early leaves the rest
   * in place for the next loop; a chunk is the reader's to keep.
   */
  readonly incoming: AsyncIterable<Uint8Array>
  /**
   * Resolves when the stream takes more: awaiting it is the whole of back-pressure. Chunks are sent in order and must not be changed until it
   * resolves. Rejects with a `TransportError` when the stream is or gets closed.
   */
  write(chunks: readonly Uint8Array[]): Promise<void>
  /** Closes both directions, at once; what was written is still delivered where the platform allows. Idempotent. `reason` is what pending writes and the reader see. */
  close(reason?: Error): void
  /**
   * Where the transport can: chunks go to `reader` as they come, without a promise for each; `incoming` tells only the end. Not reading is then no
   * back-pressure. Nothing changes when something was read already.
   */
  readBy?(reader: ByteReader): void
  /** Who answered, where the transport knows: for a person to read. */
  readonly peer?: string
}

/** Takes a stream's bytes at once. Its functions do not throw. */
export interface ByteReader {
  /** Where the next bytes should be put: they come as a piece of it, from its beginning. Undefined: anywhere. */
  room(): Uint8Array | undefined
  /** The chunk's memory is used again when this returns, unless it is what `room` gave. */
  take(chunk: Uint8Array): void
}

/** Opens a stream. Aborting `signal` rejects with code `ABORTED` and leaves nothing open. */
export type Connect = (to: StreamTarget, signal: AbortSignal) => Promise<ByteStream>

/** A way to brokers, handed to the client as a value. */
export interface Transport {
  /** For a person to read: `tcp`, `tls`, `websocket`, `memory`. */
  readonly name: string
  readonly connect: Connect
}

/**
 * Why a stream could not be opened or broke. The codes are the same over every transport: Node's words for TCP and TLS failures
 * (`ECONNREFUSED`, `ECONNRESET`, `EPIPE`, `EHOSTUNREACH`, `ENETUNREACH`, `ETIMEDOUT`, `ENOTFOUND`, `EAI_AGAIN`, `CERT_HAS_EXPIRED`,
 * `DEPTH_ZERO_SELF_SIGNED_CERT`, `SELF_SIGNED_CERT_IN_CHAIN`, `UNABLE_TO_VERIFY_LEAF_SIGNATURE`, `ERR_TLS_CERT_ALTNAME_INVALID`, `EPROTO` ...),
 * and ours: `ABORTED` (the signal), `CLOSED` (closed here), `BRIDGE_UNREACHABLE`, `BRIDGE_UNAUTHENTICATED` (no or wrong token),
 * `BRIDGE_DENIED` (the bridge does not allow this address), `BRIDGE_BUSY` (its limits), `BRIDGE_CLOSING`, `BRIDGE_PROTOCOL`.
 */
export class TransportError extends Error {
  override readonly name: string = 'TransportError'
  constructor(
    readonly code: string,
    message: string,
    /** Whether trying again, unchanged, may work. */
    readonly retriable: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}
