import { ClientError } from '../error.js'

/** What every reader throws for bytes that cannot be what they claim to be: the sentence names what was read and at which offset. */
export function malformed(what: string, at: number, why: string): ClientError {
  return new ClientError('MALFORMED', `${what} at offset ${at}: ${why}`)
}
