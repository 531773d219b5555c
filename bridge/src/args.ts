/** What a person may type, and what it means. A flag with a value name takes one. */
const flags = {
  brokers: { value: 'HOST:PORT,…', says: 'brokers to start from; the others are learned from their metadata' },
  allow: { value: 'HOST:PORT,…', says: 'further addresses that pages may reach' },
  tls: { says: 'speak TLS to the brokers; what follows about certificates says so too' },
  ca: { value: 'FILE', says: 'the authorities that issued their certificates, PEM (default: those that Node trusts)' },
  cert: { value: 'FILE', says: 'our certificate and its chain, PEM, for brokers that ask for one' },
  key: { value: 'FILE', says: 'its key, PEM; the passphrase of an encrypted one in MILENA_KEY_PASSPHRASE' },
  'server-name': { value: 'NAME', says: 'the name that the brokers’ certificates are for, where it is not the one that is dialled' },
  'sasl-mechanism': { value: 'NAME', says: 'log in for the pages: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or AWS_MSK_IAM' },
  'sasl-username': { value: 'NAME', says: 'whom to log in as; the password, or token, in MILENA_SASL_PASSWORD or in a file' },
  'sasl-password-file': { value: 'FILE', says: 'that file; it is read anew at each login' },
  sandbox: { says: 'serve an in-memory cluster with sample data instead of real brokers' },
  port: { value: 'PORT', says: 'where to listen; 0 is a free one (default 8474)' },
  host: { value: 'HOST', says: 'the address to listen on (default 127.0.0.1)' },
  'allow-remote': { says: 'let other machines in, where --host does; the token is all that keeps them out' },
  'public-host': { value: 'NAME,…', says: 'further names by which pages may call the bridge' },
  origin: { value: 'ORIGIN,…', says: 'origins of pages from elsewhere that may use it' },
  'no-open': { says: 'do not open a browser' },
  help: { says: 'this text' },
  version: { says: 'the version' },
} as const satisfies Record<string, { value?: string; says: string }>

type Flag = keyof typeof flags

export interface Args {
  brokers: string[]
  allow: string[]
  security: SecurityArgs
  sandbox: boolean
  port?: number
  host?: string
  allowRemote: boolean
  publicHosts: string[]
  origins: string[]
  open: boolean
  help: boolean
  version: boolean
}

/** How brokers are spoken to: names and paths, never a secret. */
export interface SecurityArgs {
  tls: boolean
  ca?: string
  cert?: string
  key?: string
  serverName?: string
  mechanism?: string
  username?: string
  passwordFile?: string
}

/** A command line that cannot be understood; the message says what can. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export function usage(): string {
  const lines = Object.entries(flags).map(([name, flag]) => [`--${name}${'value' in flag ? ` ${flag.value}` : ''}`, flag.says])
  const width = Math.max(...lines.map(([left]) => left.length))
  return ['milena --brokers HOST:PORT | --sandbox', ...lines.map(([left, says]) => `  ${left.padEnd(width)}  ${says}`)].join('\n')
}

/** Reads `--flag value` and `--flag=value`. Lists may be given in one flag or several. */
export function parseArgs(argv: readonly string[]): Args {
  const given = new Map<Flag, string[]>()
  for (let i = 0; i < argv.length; i++) {
    const [, name = '', inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argv[i]) ?? []
    if (!isFlag(name)) throw new UsageError(`unknown: ${argv[i]}\n${usage()}`)
    const takes = 'value' in flags[name]
    const value = takes ? (inline ?? argv[++i]) : inline
    if (takes && (value === undefined || value === '' || value.startsWith('--')))
      throw new UsageError(`--${name} needs a value\n${usage()}`)
    if (!takes && value !== undefined) throw new UsageError(`--${name} takes no value\n${usage()}`)
    given.set(name, [...(given.get(name) ?? []), value ?? ''])
  }
  const list = (name: Flag) => (given.get(name) ?? []).flatMap(value => value.split(',')).filter(value => value !== '')
  const last = (name: Flag) => given.get(name)?.at(-1)
  const args: Args = {
    brokers: list('brokers'),
    allow: list('allow'),
    security: {
      tls: ['tls', 'ca', 'cert', 'key', 'server-name'].some(name => isFlag(name) && given.has(name)),
      ca: last('ca'),
      cert: last('cert'),
      key: last('key'),
      serverName: last('server-name'),
      mechanism: last('sasl-mechanism'),
      username: last('sasl-username'),
      passwordFile: last('sasl-password-file'),
    },
    sandbox: given.has('sandbox'),
    port: portOf(last('port')),
    host: last('host'),
    allowRemote: given.has('allow-remote'),
    publicHosts: list('public-host'),
    origins: list('origin'),
    open: !given.has('no-open'),
    help: given.has('help'),
    version: given.has('version'),
  }
  if (!args.help && !args.version && args.brokers.length > 0 === args.sandbox)
    throw new UsageError(`give either --brokers or --sandbox\n${usage()}`)
  const { tls, mechanism, username, passwordFile } = args.security
  if (args.sandbox && (tls || mechanism || username || passwordFile))
    throw new UsageError(`the flags about TLS and SASL are for --brokers\n${usage()}`)
  return args
}

function isFlag(name: string): name is Flag {
  return Object.hasOwn(flags, name)
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new UsageError(`--port: '${text}' is not a port`)
  return Number(text)
}
