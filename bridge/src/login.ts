import type { Socket } from 'node:net'
import { KafkaError, SaslAuthenticateRequest, SaslHandshakeRequest } from '@milena/client-core/protocol'
import { SaslFailure, type SaslMechanism, type SaslSession } from '@milena/client-core/sasl'
import { addressOf, type StreamTarget, TransportError } from '@milena/client-core/transport/tunnel'
import { Calls } from './calls.js'

/** Versions that every broker since 1.0 knows. Older ones have no words for a refusal. */
const HANDSHAKE = 1
const AUTHENTICATE = 0
const UNWANTED = 'it asks for no login on this listener; start the bridge without --sasl-mechanism, or name a SASL listener'

/**
 * Logs a fresh connection in with the bridge's own credentials: whatever a page sends over it then comes from that user.
 * @throws TransportError `AUTHENTICATION_FAILED` when it will not work, another code when it may work later. The socket is destroyed then.
 */
export async function logIn(socket: Socket, to: StreamTarget, mechanism: SaslMechanism, signal: AbortSignal): Promise<void> {
  const calls = new Calls(socket, to)
  const aborted = () => void socket.destroy()
  signal.addEventListener('abort', aborted, { once: true })
  try {
    await exchange(calls, to, mechanism, signal)
  } catch (error) {
    // The broker waits for a last word before it closes; it is not waited for.
    if (error instanceof SaslFailure && error.lastWord)
      calls.call(SaslAuthenticateRequest, AUTHENTICATE, { authBytes: error.lastWord }).catch(() => {})
    socket.destroySoon()
    if (error instanceof TransportError) throw error
    throw failed(
      `the bridge's login at ${addressOf(to)} with ${mechanism.name} failed: ${error instanceof Error ? error.message : error}`,
      error,
    )
  } finally {
    signal.removeEventListener('abort', aborted)
    calls.release()
  }
}

async function exchange(calls: Calls, to: StreamTarget, mechanism: SaslMechanism, signal: AbortSignal): Promise<void> {
  const { name } = mechanism
  const handshake = await calls.call(SaslHandshakeRequest, HANDSHAKE, { mechanism: name })
  if (handshake.errorCode !== 0) {
    const offers =
      handshake.mechanisms.length > 0 ? `it offers ${handshake.mechanisms.join(', ')}; choose one of those with --sasl-mechanism` : UNWANTED
    throw failed(`${addressOf(to)} does not take the bridge's login with ${name}: ${offers}`, new KafkaError(handshake.errorCode))
  }
  const session = await within(signal, mechanism.authenticate(to, signal))
  for (let message: Uint8Array | undefined = session.first; message; ) {
    const { errorCode, errorMessage, authBytes } = await calls.call(SaslAuthenticateRequest, AUTHENTICATE, { authBytes: message })
    if (errorCode !== 0) {
      const refusal = new KafkaError(errorCode, errorMessage)
      throw failed(
        `${addressOf(to)} refused the bridge's login with ${name}: ${refusal.message}; check what the bridge was started with`,
        refusal,
      )
    }
    message = await answered(signal, session, authBytes)
  }
}

function answered(signal: AbortSignal, session: SaslSession, said: Uint8Array): Promise<Uint8Array | undefined> {
  return within(signal, session.next(said))
}

/** What a mechanism gives, unless the signal comes first: it may be a user's function that hangs. */
function within<T>(signal: AbortSignal, given: T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason)
    if (signal.aborted) aborted()
    signal.addEventListener('abort', aborted, { once: true })
    Promise.resolve(given)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', aborted))
  })
}

function failed(message: string, cause: unknown): TransportError {
  return new TransportError('AUTHENTICATION_FAILED', message, false, { cause })
}
