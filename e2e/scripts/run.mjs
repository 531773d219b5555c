import { spawn } from 'node:child_process'

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] beside the environment of this process
 * @property {string | Uint8Array} [input] written to its standard input
 * @property {boolean} [show] its output goes to ours and is not collected
 * @property {number} [timeoutMs] it is killed then
 */

/**
 * Runs a program to its end; no shell is involved. Rejects only when it cannot be started.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, stdout: Buffer, stderr: string }>}
 */
export function run(command, args, { cwd, env, input, show = false, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const output = show ? 'inherit' : 'pipe'
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', output, output],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    /** @type {Buffer[]} */
    const stdout = []
    /** @type {Buffer[]} */
    const stderr = []
    child.stdout?.on('data', chunk => stdout.push(chunk))
    child.stderr?.on('data', chunk => stderr.push(chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }))
    // A program that ends before it has read everything closes its input: its exit code tells, not the broken pipe.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/**
 * Like `run`, and a failure is an error with what the program said.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export async function must(command, args, options) {
  const done = await run(command, args, options)
  if (done.code === 0) return done
  const said = (done.stderr + done.stdout.toString()).trim()
  throw new Error(`${command} ${args.join(' ')} ended with ${done.signal ?? done.code}${said && `:\n${said}`}`)
}

/**
 * Whether the program can be started and says so with exit code 0.
 * @param {string} command
 * @param {readonly string[]} args
 */
export async function works(command, args) {
  return run(command, args).then(
    done => done.code === 0,
    () => false,
  )
}
