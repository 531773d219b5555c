import { DescribeUserScramCredentialsRequest } from '../../protocol/api/describe-user-scram-credentials.js'
import { errnoOf, type KafkaErrorCode } from '../../protocol/errors.js'
import type { Users } from '../sasl/users.js'
import { handler } from './handler.js'
import { scramNumber } from './scram-mechanisms.js'

/** Who has SCRAM credentials, for which mechanisms and with how many rounds; never the credentials (KIP-554). */
export const describeUserScramCredentials = handler(DescribeUserScramCredentialsRequest, {
  versions: [0, 0],
  controller: true,
  needs: 'DESCRIBE',
  handle({ users }, request) {
    const asked = request.users?.length ? request.users.map(({ name }) => name) : users.scramUsers
    const results = [...new Set(asked)].map(user => describe(users, user, asked.filter(other => other === user).length > 1))
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: '', results }
  },
  failure: ({ users }, errorCode) => {
    const nobody = { user: '', errorCode, errorMessage: null, credentialInfos: [] }
    return { throttleTimeMs: 0, errorCode, errorMessage: null, results: (users ?? []).map(() => nobody) }
  },
})

function describe(users: Users, user: string, isTwice: boolean) {
  const refused = (code: KafkaErrorCode, errorMessage: string) => ({ user, errorCode: errnoOf(code), errorMessage, credentialInfos: [] })
  if (isTwice)
    return refused('DUPLICATE_RESOURCE', `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`)
  const known = users.scramIterations(user)
  if (known.size === 0) return refused('RESOURCE_NOT_FOUND', `Attempt to describe a user credential that does not exist: ${user}`)
  const credentialInfos = [...known].map(([hashName, iterations]) => ({ mechanism: scramNumber(hashName), iterations }))
  return { user, errorCode: 0, errorMessage: '', credentialInfos }
}
