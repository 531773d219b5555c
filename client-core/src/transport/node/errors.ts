import { explain, type Phase } from '../reasons.js'
import { type StreamTarget, TransportError } from '../stream.js'

/** Node's words for writing to a socket that is gone, in the words of the kernel. */
const aliases = new Map([
  ['ERR_STREAM_DESTROYED', 'ECONNRESET'],
  ['ERR_STREAM_WRITE_AFTER_END', 'EPIPE'],
  ['ERR_SOCKET_CLOSED', 'ECONNRESET'],
])

/** Node's error as ours: the code kept, the sentence explained. */
export function fromNode(error: Error, target: StreamTarget, phase: Phase): TransportError {
  if (error instanceof TransportError) return error
  const code = codeOf(error)
  return explain(aliases.get(code) ?? code, target, { phase, detail: detailOf(error), cause: error })
}

/** The code of what Node threw. With several addresses tried it is that of the first. */
export function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof AggregateError && error.errors[0] instanceof Error ? codeOf(error.errors[0]) : 'EIO'
}

/** The part of Node's message that its code does not tell: which names a certificate has, what OpenSSL disliked. */
function detailOf(error: Error): string {
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
  return reason.replace(/\s+/g, ' ').trim().slice(0, 200)
}
