import { api, type Input, type Output } from '../message.js'
import { array, bytes, int8, int16, int32, nullable, string } from '../schema.js'

const alterUserScramCredentials = api(51, 'AlterUserScramCredentials', { versions: [0, 0], flexible: 0 })

/** The answer to AlterUserScramCredentialsRequest. */
export const AlterUserScramCredentialsResponse = alterUserScramCredentials.response({
  throttleTimeMs: int32,
  results: array({
    user: string,
    errorCode: int16,
    errorMessage: string(nullable()),
  }),
})
export type AlterUserScramCredentialsResponse = Output<typeof AlterUserScramCredentialsResponse>

/** Sets and removes SCRAM credentials (KIP-554). */
export const AlterUserScramCredentialsRequest = alterUserScramCredentials.request(AlterUserScramCredentialsResponse, {
  deletions: array({ name: string, mechanism: int8 }),
  upsertions: array({
    name: string,
    mechanism: int8,
    iterations: int32,
    salt: bytes,
    saltedPassword: bytes,
  }),
})
export type AlterUserScramCredentialsRequest = Input<typeof AlterUserScramCredentialsRequest>
