import { ClientError } from '../error.js'

/** The log lost records that were consumed, as after an unclean election (KIP-320). Consuming goes on at `resetTo`. */
export class DataLossError extends ClientError {
  constructor(
    readonly topic: string,
    readonly partition: number,
    /** The offset that would have been read next. */
    readonly consumedTo: bigint,
    /** Where the log ends that is left of it. */
    readonly resetTo: bigint,
  ) {
    super(
      'DATA_LOSS',
      `${topic} partition ${partition} lost the records from offset ${resetTo} to ${consumedTo}, which were consumed already: its log was truncated; consuming goes on at ${resetTo}`,
    )
  }
}
