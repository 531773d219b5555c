import type { KafkaErrorCode } from '../protocol/errors.js'

export interface RecordError {
  batchIndex: number
  batchIndexErrorMessage: string
}

/** A rule of the broker that a request, or a part of it, broke: the handler turns it into the error code of that part. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  constructor(
    readonly code: KafkaErrorCode,
    message: string,
    readonly recordErrors: readonly RecordError[] = [],
  ) {
    super(message)
  }
}

/** The connection is cut without an answer, as a broker does with what it cannot or must not answer. */
export class Disconnect extends Error {
  override readonly name = 'Disconnect'
}
