/** A login that the broker refuses; the message is what the client is told. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused'
}

/** Kafka's words for all that a mechanism has no better ones for. */
export const invalidCredentials = (mechanism: string): string =>
  `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`
