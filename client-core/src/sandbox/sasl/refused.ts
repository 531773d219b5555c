/** A login that the broker refuses; the message is what the client is told. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused'
}
