import { SaslAuthenticateRequest } from '../../protocol/api/sasl-authenticate.js'
import { errnoOf } from '../../protocol/errors.js'
import { LoginRefused } from '../sasl/refused.js'
import { handler } from './handler.js'

const NOTHING = new Uint8Array()

/** One message of a mechanism's. v1 says how long the login lasts (KIP-368). A refused login is told, and ends the connection. */
export const saslAuthenticate = handler(SaslAuthenticateRequest, {
  versions: [0, 2],
  async handle({ connection }, { authBytes }) {
    try {
      const said = await connection.login?.take(authBytes)
      if (said) return { errorCode: 0, errorMessage: '', authBytes: said.bytes, sessionLifetimeMs: BigInt(said.lifetimeMs) }
      const errorMessage = 'SaslAuthenticate request received after successful authentication'
      return { errorCode: errnoOf('ILLEGAL_SASL_STATE'), errorMessage, authBytes: NOTHING }
    } catch (error) {
      if (!(error instanceof LoginRefused)) throw error
      connection.endAfterAnswer(error.message)
      return { errorCode: errnoOf('SASL_AUTHENTICATION_FAILED'), errorMessage: error.message, authBytes: NOTHING }
    }
  },
  failure: (_, errorCode) => ({ errorCode, errorMessage: null, authBytes: NOTHING }),
})
