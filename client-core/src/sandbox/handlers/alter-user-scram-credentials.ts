import { AlterUserScramCredentialsRequest } from '../../protocol/api/alter-user-scram-credentials.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { Users } from '../sasl/users.js'
import { handler, wordsFor } from './handler.js'
import { scramHashes } from './scram-mechanisms.js'

type Request = Output<typeof AlterUserScramCredentialsRequest>

const MIN_ITERATIONS = 4096
const MAX_ITERATIONS = 16_384

/** Sets and removes SCRAM credentials (KIP-554): one change of each user. */
export const alterUserScramCredentials = handler(AlterUserScramCredentialsRequest, {
  versions: [0, 0],
  controller: true,
  needs: 'ALTER',
  handle: ({ users }, request) => ({ throttleTimeMs: 0, results: namesIn(request).map(user => alter(users, user, request)) }),
  failure: (request, errorCode) => ({
    throttleTimeMs: 0,
    results: namesIn(request).map(user => ({ user, errorCode, errorMessage: wordsFor(errorCode) })),
  }),
})

const namesIn = ({ deletions, upsertions }: Request) => [...new Set([...deletions, ...upsertions].map(({ name }) => name))]

function alter(users: Users, user: string, request: Request) {
  try {
    const deletions = request.deletions.filter(({ name }) => name === user)
    const upsertions = request.upsertions.filter(({ name }) => name === user)
    if (user === '') throw new Refusal('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty')
    if (deletions.length + upsertions.length > 1)
      throw new Refusal('DUPLICATE_RESOURCE', 'A user credential cannot be altered twice in the same request')
    for (const { mechanism } of deletions) {
      if (!users.scramIterations(user).has(hashOfNumber(mechanism)))
        throw new Refusal('RESOURCE_NOT_FOUND', 'Attempt to delete a user credential that does not exist')
    }
    for (const { iterations } of upsertions) {
      if (iterations < MIN_ITERATIONS) throw new Refusal('UNACCEPTABLE_CREDENTIAL', 'Too few iterations')
      if (iterations > MAX_ITERATIONS) throw new Refusal('UNACCEPTABLE_CREDENTIAL', 'Too many iterations')
    }
    if (upsertions.length > 0 && !users.hasRoom) throw new Refusal('POLICY_VIOLATION', 'there are too many users')
    for (const { mechanism } of deletions) users.removeScram(user, hashOfNumber(mechanism))
    for (const { mechanism, salt, saltedPassword, iterations } of upsertions)
      users.setScram(user, hashOfNumber(mechanism), salt, saltedPassword, iterations)
    return { user, errorCode: 0, errorMessage: null }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { user, errorCode: errnoOf(error.code), errorMessage: error.message }
  }
}

function hashOfNumber(mechanism: number) {
  const hashName = scramHashes.get(mechanism)
  if (!hashName) throw new Refusal('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism')
  return hashName
}
