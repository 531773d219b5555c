/**
 * What went wrong on our side of the wire. What a broker answered is a `KafkaError` (protocol/errors.ts); a stream that could not be opened or
 * broke is a `TransportError` (transport/stream.ts).
 */
export type ClientErrorCode =
  // options, records, calls
  | 'INVALID_OPTION'
  | 'INVALID_RECORD'
  | 'INVALID_REQUEST'
  | 'CLIENT_CLOSED'
  | 'ABORTED'
  // producing
  | 'RECORD_TIMEOUT'
  | 'RECORD_RETRIES'
  | 'RECORD_TOO_LARGE'
  | 'MAX_BUFFERED'
  | 'ABORTING'
  | 'PURGED'
  | 'DATA_LOSS'
  // consuming
  | 'NO_OFFSET'
  | 'RECYCLED'
  | 'GROUP_SESSION'
  // connections
  | 'FIRST_READ_EOF'
  | 'CONNECTION_CLOSED'
  | 'NOT_KAFKA'
  | 'AUTHENTICATION_FAILED'
  | 'CORRELATION_MISMATCH'
  | 'FRAME_TOO_LARGE'
  | 'REQUEST_TIMEOUT'
  | 'UNKNOWN_BROKER'
  | 'UNSUPPORTED_VERSION'
  | 'UNSUPPORTED_FEATURE'
  | 'PARTIAL_FAILURE'
  // bytes
  | 'MALFORMED'
  | 'CORRUPT_BATCH'
  | 'UNKNOWN_CODEC'
  | 'CORRUPT_COMPRESSION'
  | 'DECOMPRESSED_TOO_LARGE'
  | 'UNEXPECTED_EOF'

/** One error class, one code; the sentence names the cause and, where there is one, the next step. `cause` keeps what was caught. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError'
  constructor(
    readonly code: ClientErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}
