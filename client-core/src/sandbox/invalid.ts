import { ClientError } from '../error.js'

export function invalid(path: string, why: string): ClientError {
  return new ClientError('INVALID_OPTION', `createSandbox: ${path} ${why}`)
}
