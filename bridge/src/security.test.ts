import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SaslMechanism } from '@milena/client-core/sasl'
import { afterAll, expect, test } from 'vitest'
import { authority } from '../../client-core/src/transport/testing/certificates.js'
import { parseArgs } from './args.js'
import { main } from './cli.js'
import { type Environment, securityOf } from './security.js'

const folder = mkdtempSync(join(tmpdir(), 'milena-flags-'))
const { ca, issue, dispose } = authority()
afterAll(() => {
  dispose()
  rmSync(folder, { recursive: true })
})
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const ours = issue()
const files = { ca: file('ca.crt', ca), cert: file('our.crt', ours.cert), key: file('our.key', ours.key), junk: file('junk', 'junk') }

const security = (argv: string[], env: Environment = {}) => securityOf(parseArgs(['--brokers', 'b:9093', ...argv]).security, env)
const said = async (argv: string[], env: Environment = {}) => {
  const lines: string[] = []
  const terminal = {
    print: (line: string) => void lines.push(line),
    complain: (line: string) => void lines.push(line),
    onStop: () => {},
    env,
  }
  expect(await main(['--brokers', 'b:9093', '--no-open', ...argv], terminal)).toBe(2)
  return lines.join('\n')
}

/** What the mechanism would say first. */
const first = async (sasl: SaslMechanism | undefined) => {
  const session = await sasl?.authenticate({ host: 'b-1.x.kafka.eu-west-1.amazonaws.com', port: 9098 }, new AbortController().signal)
  return Buffer.from(session?.first ?? []).toString()
}

test('plain unless a flag speaks of TLS; certificates are read from their files', () => {
  expect(security([])).toEqual({ tls: false, sasl: undefined })
  expect(security(['--tls']).tls).toEqual({})
  expect(security(['--server-name', 'broker']).tls).toEqual({ servername: 'broker' })
  const env = { MILENA_KEY_PASSPHRASE: 'pass' }
  expect(security(['--ca', files.ca, '--cert', files.cert, `--key=${files.key}`], env).tls).toEqual({ ca, ...ours, passphrase: 'pass' })
  expect(env).toEqual({})
})

test('the password comes from the environment, where nobody finds it afterwards, or from a file as it is at each login', async () => {
  const env: Environment = { MILENA_SASL_PASSWORD: 'from-env', HOME: '/' }
  const { sasl } = security(['--sasl-mechanism', 'PLAIN', '--sasl-username', 'alice'], env)
  expect(await first(sasl)).toBe('\0alice\0from-env')
  expect(env).toEqual({ HOME: '/' })
  const path = file('password', 'first \n')
  const rotating = security(['--sasl-mechanism', 'PLAIN', '--sasl-username', 'alice', '--sasl-password-file', path]).sasl
  expect(await first(rotating)).toBe('\0alice\0first ')
  file('password', 'second')
  expect(await first(rotating)).toBe('\0alice\0second')
})

test('every mechanism of the client can be had', async () => {
  const env = () => ({ MILENA_SASL_PASSWORD: 'secret', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'aws-secret' })
  const login = (name: string, ...more: string[]) => security(['--sasl-mechanism', name, ...more], env()).sasl
  for (const name of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) expect(await first(login(name, '--sasl-username', 'a'))).toMatch(/^n,,n=a,r=/)
  expect(await first(login('OAUTHBEARER'))).toContain('auth=Bearer secret')
  const aws = await first(login('AWS_MSK_IAM'))
  expect(JSON.parse(aws)).toMatchObject({
    action: 'kafka-cluster:Connect',
    'x-amz-credential': expect.stringMatching(/^AKID\/.*\/eu-west-1\//),
  })
  expect(aws).not.toContain('aws-secret')
  const temporary = { ...env(), AWS_SESSION_TOKEN: 'session' }
  expect(JSON.parse(await first(security(['--sasl-mechanism', 'AWS_MSK_IAM'], temporary).sasl))).toMatchObject({
    'x-amz-security-token': 'session',
  })
})

test('what is wrong is refused at once with exit code 2, by the name of its flag and never with a secret', async () => {
  const wrong: Array<[string[], Environment, RegExp]> = [
    [['--ca', join(folder, 'none')], {}, /^--ca: \S+none cannot be read: ENOENT/],
    [['--ca', files.junk], {}, /^--ca: \S+junk holds no certificate in PEM/],
    [['--cert', files.cert], {}, /^--cert and --key belong together/],
    [['--cert', files.cert, '--key', files.cert], {}, /^--key: \S+our.crt holds no private key in PEM/],
    [['--cert', files.cert, '--key', file('other.key', issue().key)], {}, /^clusters\[0\]\.tls: ca, cert and key cannot be used: /],
    [['--sasl-mechanism', 'GSSAPI'], {}, /^--sasl-mechanism: 'GSSAPI' is none of PLAIN/],
    [['--sasl-mechanism', 'PLAIN'], { MILENA_SASL_PASSWORD: 'pw-secret' }, /^--sasl-mechanism PLAIN needs --sasl-username/],
    [['--sasl-mechanism', 'PLAIN', '--sasl-username', 'a'], {}, /MILENA_SASL_PASSWORD.*--sasl-password-file/],
    [['--sasl-mechanism', 'OAUTHBEARER'], {}, /MILENA_SASL_PASSWORD/],
    [['--sasl-mechanism', 'AWS_MSK_IAM'], { AWS_ACCESS_KEY_ID: 'AKID' }, /AWS_SECRET_ACCESS_KEY/],
    [['--sasl-username', 'a'], {}, /need --sasl-mechanism/],
    [['--sasl-password-file', files.junk], {}, /need --sasl-mechanism/],
    [['--sasl-password', 'pw-secret'], {}, /^unknown: --sasl-password\n/],
  ]
  for (const [argv, env, message] of wrong) {
    const text = await said(argv, env)
    expect(text).toMatch(message)
    expect(text).not.toContain('pw-secret')
  }
  expect(() => parseArgs(['--sandbox', '--tls'])).toThrowError(/are for --brokers/)
})
