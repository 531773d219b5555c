import { hashOf } from './hash.js'
import { checkTexts, SaslFailure, type SaslMechanism, type Supplied, supply } from './mechanism.js'
import { type AwsKeys, presign } from './sigv4.js'
import { utf8 } from './text.js'

export interface AwsMskIamCredentials extends AwsKeys {
  /** Default: from the broker's name, `b-1.….kafka.eu-west-1.amazonaws.com`. */
  region?: string
  /** For AWS's logs. Default `milena`. */
  userAgent?: string
}

const ACTION = 'kafka-cluster:Connect'
const EXPIRES_SECONDS = 900
/** SHA-256 of nothing: the request that is signed has no body. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** AWS_MSK_IAM: Amazon MSK's login, a signed request in JSON that the broker has AWS check. Its clock must be right within five minutes. */
export function awsMskIam(credentials: Supplied<AwsMskIamCredentials>): SaslMechanism {
  const ask = supply('AWS_MSK_IAM', credentials, (given, wrong) => {
    checkTexts(given, wrong, ['accessKeyId', 'secretAccessKey'], ['sessionToken', 'region', 'userAgent'])
  })
  return {
    name: 'AWS_MSK_IAM',
    async authenticate({ host }, signal) {
      const given = await ask(signal)
      return { first: utf8(JSON.stringify(await signedLogin(given, host, Date.now()))), next: done }
    },
  }
}

/** What the broker is told. */
export async function signedLogin(credentials: AwsMskIamCredentials, host: string, atMs: number): Promise<Record<string, string>> {
  const { userAgent = 'milena', region = regionOf(host) } = credentials
  if (!region) {
    throw new SaslFailure(`the AWS region cannot be told from the broker's name ${host}: pass it as \`region\``)
  }
  const signed = await presign(await hashOf('SHA-256'), {
    keys: credentials,
    region,
    service: 'kafka-cluster',
    host,
    path: '/',
    query: { Action: ACTION },
    atMs,
    expiresSeconds: EXPIRES_SECONDS,
    payload: EMPTY,
  })
  const login: Record<string, string> = { version: '2020_10_22', host, 'user-agent': userAgent, action: ACTION }
  for (const [name, value] of signed) login[name.toLowerCase()] = value
  return login
}

const regionOf = (host: string): string | undefined =>
  /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/i.exec(host)?.[1].toLowerCase()

/** The broker answers a good login with its version and the request's id. */
function done(message: Uint8Array): undefined {
  if (message.length === 0) throw new SaslFailure('the broker did not confirm the login: this is not AWS_MSK_IAM')
}
