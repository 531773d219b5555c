import { api, type Input, type Output } from '../message.js'
import { array, int8, int16, int32, nullable, string } from '../schema.js'

const describeUserScramCredentials = api(50, 'DescribeUserScramCredentials', { versions: [0, 0], flexible: 0 })

/** The answer to DescribeUserScramCredentialsRequest. */
export const DescribeUserScramCredentialsResponse = describeUserScramCredentials.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable()),
  results: array({
    user: string,
    errorCode: int16,
    errorMessage: string(nullable()),
    credentialInfos: array({ mechanism: int8, iterations: int32 }),
  }),
})
export type DescribeUserScramCredentialsResponse = Output<typeof DescribeUserScramCredentialsResponse>

/** Which users have SCRAM credentials (KIP-554). */
export const DescribeUserScramCredentialsRequest = describeUserScramCredentials.request(DescribeUserScramCredentialsResponse, {
  users: array({ name: string }, nullable()),
})
export type DescribeUserScramCredentialsRequest = Input<typeof DescribeUserScramCredentialsRequest>
