import { ApiVersionsRequest } from '../protocol/api/api-versions.js'
import type { Connection } from './connection.js'
import type { DialContext } from './dial.js'

/**
 * Closes a connection whose login runs out after requests that have no answer (acks=0). The broker takes requests in order: once it has answered one
 * more, it has taken all that were sent, so that nothing is lost and what follows on another connection comes behind.
 */
export async function retire(connection: Connection, context: DialContext, signal: AbortSignal): Promise<void> {
  const attempt = { version: 0, timeoutMs: context.options.requestTimeoutOverheadMs, signal, attempt: 1, initiator: 'login' }
  try {
    await connection.request(ApiVersionsRequest, NOTHING, { ...attempt, requestId: context.nextRequestId() })
  } catch {
    // It is broken, and so closed already.
  }
  connection.close()
}

/** Version 0 has no fields. */
const NOTHING = { clientSoftwareName: '', clientSoftwareVersion: '' }
