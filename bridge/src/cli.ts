import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Args, parseArgs, UsageError, usage } from './args.js'
import { type Bridge, createBridge } from './bridge.js'
import { openPage } from './open-page.js'
import { BridgeOptionError } from './options.js'
import { startSandbox } from './sandbox.js'
import { type Environment, securityOf } from './security.js'
import { version } from './version.js'

/** For connections to finish what they do, once somebody stops the bridge. */
const DRAIN_MS = 1000

/** What a run of `milena` has of the world. */
export interface Terminal {
  print(line: string): void
  complain(line: string): void
  /** Calls when the person, or the system, wants an end. */
  onStop(stop: () => void): void
  /** Default: this process's. Secrets are taken out of it. */
  env?: Environment
}

/**
 * Runs `milena` and gives its exit code: 2 for a command line that cannot be meant, 1 for what else went wrong. On success it prints one line: the URL to open, with the token in its fragment. The bridge's log goes to
 * the other output.
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  let running: Running
  try {
    const args = parseArgs(argv)
    if (args.help || args.version) {
      terminal.print(args.help ? usage() : version)
      return 0
    }
    running = await start(args, terminal)
  } catch (error) {
    terminal.complain(explained(error))
    return error instanceof UsageError || error instanceof BridgeOptionError ? 2 : 1
  }
  terminal.print(running.bridge.link)
  await new Promise<void>(stop => terminal.onStop(stop))
  await running.close()
  return 0
}

interface Running {
  bridge: Bridge
  close(): Promise<void>
}

async function start(args: Args, terminal: Terminal): Promise<Running> {
  const security = securityOf(args.security, terminal.env ?? process.env)
  const sandbox = args.sandbox ? await startSandbox() : undefined
  try {
    const bridge = await createBridge({
      clusters: [{ id: args.sandbox ? 'sandbox' : 'local', bootstrap: sandbox?.brokers ?? args.brokers, allow: args.allow, ...security }],
      host: args.host,
      port: args.port,
      allowRemote: args.allowRemote,
      publicHosts: args.publicHosts,
      origins: args.origins,
      ui: explorer(),
      log: line => terminal.complain(line),
    })
    if (args.open) openPage(bridge.link)
    const close = async () => {
      await bridge.close({ drainMs: DRAIN_MS })
      await sandbox?.close()
    }
    return { bridge, close }
  } catch (error) {
    await sandbox?.close()
    throw error
  }
}

/** The built explorer: in the package, or beside it in the repository. */
function explorer(): string | undefined {
  const places = ['../ui', '../../ui/dist'].map(path => fileURLToPath(new URL(path, import.meta.url)))
  return places.find(path => existsSync(`${path}/index.html`))
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof UsageError || error instanceof BridgeOptionError) return error.message
  if ('code' in error && error.code === 'EADDRINUSE')
    return `${error.message}: the port is taken, perhaps by another milena; choose one with --port, or 0 for a free one`
  return error.message
}

/** Runs with this process's arguments, outputs and signals. A second Ctrl-C does not wait. */
export async function runHere(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), {
    print: line => void process.stdout.write(`${line}\n`),
    complain: line => void process.stderr.write(`${line}\n`),
    onStop: stop => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          process.once(signal, () => process.exit(130))
          stop()
        })
      }
    },
  })
}
