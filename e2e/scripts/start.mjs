/**
 * `npm start`: installs and builds what is missing or stale, then serves the explorer of a sandbox cluster, or with `--brokers` of a real one, and
 * prints its URL. What it takes: `npm start -- --help`.
 */
import { buildStale } from './build.mjs'
import { installPackages } from './install.mjs'
import { freeFrom } from './ports.mjs'

/** The bridge's own default; a second explorer runs beside the first, on the next. */
const defaultPort = 8474

const given = process.argv.slice(2)
/** @param {...string} names */
const says = (...names) => given.some(arg => names.includes(arg.split('=')[0]))

// What installs and builds gets no secrets that are meant for the program.
const env = { ...process.env }
delete process.env.MILENA_SASL_PASSWORD
delete process.env.MILENA_KEY_PASSPHRASE
try {
  await installPackages()
  await buildStale()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
const args = [...given]
// A flag that is unknown is for the program to refuse, with the list of known ones.
if (!says('--brokers', '--sandbox', '--help', '--version')) args.unshift('--sandbox')
if (!says('--port')) args.push('--port', String(await freeFrom(defaultPort)))
const { main } = await import('../../bridge/dist/cli.js')
process.exitCode = await main(args, {
  print: line => void process.stdout.write(`${line}\n`),
  complain: line => void process.stderr.write(`${line}\n`),
  onStop: stopOn,
  env,
})

/**
 * Stops at Ctrl-C, at SIGTERM, and when npm was ended alone: its shell does not pass that on.
 * @param {() => void} stop
 */
function stopOn(stop) {
  let first = 0
  const signalled = () => {
    // One Ctrl-C comes twice, from the terminal and from npm; a person's second one does not wait.
    if (first && Date.now() - first > 500) process.exit(130)
    first ||= Date.now()
    stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, signalled)
  const parent = process.ppid
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && stop(), 250).unref()
}
