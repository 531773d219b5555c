import { SaslHandshakeRequest } from '../../protocol/api/sasl-handshake.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Handshake } from '../sasl/login.js'
import { handler } from './handler.js'

const codes: Readonly<Record<Handshake, number>> = {
  ok: 0,
  unsupported: errnoOf('UNSUPPORTED_SASL_MECHANISM'),
  illegal: errnoOf('ILLEGAL_SASL_STATE'),
}

/** Chooses the mechanism of a login, the first or another (KIP-368). After v0 its messages come as bare frames. */
export const saslHandshake = handler(SaslHandshakeRequest, {
  versions: [0, 1],
  handle({ connection }, { mechanism }, version) {
    const { login } = connection
    const outcome = login?.choose(mechanism, version === 0) ?? 'illegal'
    if (outcome === 'unsupported') connection.endAfterAnswer(`Unsupported SASL mechanism ${mechanism}`)
    return { errorCode: codes[outcome], mechanisms: login && outcome !== 'illegal' ? [...login.sasl.mechanisms] : [] }
  },
  failure: (_, errorCode) => ({ errorCode, mechanisms: [] }),
})
