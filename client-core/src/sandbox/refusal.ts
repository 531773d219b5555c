import type { KafkaErrorCode } from '../protocol/errors.js'

export interface RecordError {
  batchIndex: number
  batchIndexErrorMessage: string
}

export interface RefusalDetails {
  recordErrors?: readonly RecordError[]
  /** Whether the message goes to the client, where the answer has a place for it. Default: with `recordErrors`. */
  told?: boolean
}

/** A rule of the broker that a request, or a part of it, broke: the handler turns it into the error code of that part. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly recordErrors: readonly RecordError[]
  readonly told: boolean

  constructor(
    readonly code: KafkaErrorCode,
    message: string,
    { recordErrors = [], told = recordErrors.length > 0 }: RefusalDetails = {},
  ) {
    super(message)
    this.recordErrors = recordErrors
    this.told = told
  }
}

/** The connection is cut without an answer, as a broker does with what it cannot or must not answer. */
export class Disconnect extends Error {
  override readonly name = 'Disconnect'
}
