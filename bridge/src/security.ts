import { readFileSync } from 'node:fs'
import { awsMskIam, oauthBearer, plain, type SaslMechanism, scramSha256, scramSha512 } from '@milena/client-core/sasl'
import { type SecurityArgs, UsageError } from './args.js'
import type { BrokerTls, ClusterOptions } from './options.js'

/** The environment; what is secret there is taken out, so that no process that this one starts has it. */
export type Environment = Record<string, string | undefined>

const PASSWORD = 'MILENA_SASL_PASSWORD'
const PASSPHRASE = 'MILENA_KEY_PASSPHRASE'

/** What the command's flags, the files they name and the environment say about how to speak to brokers. */
export function securityOf(args: SecurityArgs, env: Environment): Pick<ClusterOptions, 'tls' | 'sasl'> {
  const password = taken(env, PASSWORD)
  const passphrase = taken(env, PASSPHRASE)
  return { tls: args.tls && tlsOf(args, passphrase), sasl: saslOf(args, password, env) }
}

function tlsOf(args: SecurityArgs, passphrase: string | undefined): BrokerTls {
  if ((args.cert === undefined) !== (args.key === undefined))
    throw new UsageError('--cert and --key belong together: give both, or neither')
  const tls: BrokerTls = {}
  if (args.ca !== undefined) tls.ca = pem('--ca', args.ca, 'CERTIFICATE')
  if (args.cert !== undefined) tls.cert = pem('--cert', args.cert, 'CERTIFICATE')
  if (args.key !== undefined) tls.key = pem('--key', args.key, 'PRIVATE KEY')
  if (args.serverName !== undefined) tls.servername = args.serverName
  if (passphrase !== undefined) tls.passphrase = passphrase
  return tls
}

function pem(flag: string, path: string, kind: string): string {
  const text = read(flag, path)
  if (!new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text))
    throw new UsageError(`${flag}: ${path} holds no ${kind.toLowerCase()} in PEM`)
  return text
}

function saslOf(
  { mechanism, username, passwordFile }: SecurityArgs,
  password: string | undefined,
  env: Environment,
): SaslMechanism | undefined {
  if (mechanism === undefined) {
    if (username !== undefined || passwordFile !== undefined)
      throw new UsageError('--sasl-username and --sasl-password-file need --sasl-mechanism')
    return undefined
  }
  const secret = secretOf(passwordFile, password)
  const login = () => {
    if (username === undefined) throw new UsageError(`--sasl-mechanism ${mechanism} needs --sasl-username`)
    secret()
    return () => ({ username, password: secret() })
  }
  switch (mechanism) {
    case 'PLAIN':
      return plain(login())
    case 'SCRAM-SHA-256':
      return scramSha256(login())
    case 'SCRAM-SHA-512':
      return scramSha512(login())
    case 'OAUTHBEARER':
      secret()
      return oauthBearer(() => ({ token: secret() }))
    case 'AWS_MSK_IAM':
      return awsMskIam(awsKeys(env))
    default:
      throw new UsageError(`--sasl-mechanism: '${mechanism}' is none of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, AWS_MSK_IAM`)
  }
}

/** The password or token: of the file as it is now, else of the environment as it was. */
function secretOf(file: string | undefined, password: string | undefined): () => string {
  if (file !== undefined) return () => read('--sasl-password-file', file).replace(/\r?\n$/, '')
  return () => {
    if (!password)
      throw new UsageError(`--sasl-mechanism needs a password: put it into ${PASSWORD}, or into a file that --sasl-password-file names`)
    return password
  }
}

function awsKeys(env: Environment) {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: region,
  } = env
  if (!accessKeyId || !secretAccessKey)
    throw new UsageError('--sasl-mechanism AWS_MSK_IAM needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment')
  return { accessKeyId, secretAccessKey, sessionToken, region }
}

function read(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${flag}: ${path} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

function taken(env: Environment, name: string): string | undefined {
  const value = env[name]
  delete env[name]
  return value === '' ? undefined : value
}
