import { once } from 'node:events'
import { spawnGuarded } from '../kafka/guard.js'
import { npm } from '../scripts/install.mjs'
import { root } from '../scripts/paths.mjs'
import { must } from '../scripts/run.mjs'

export interface Started {
  /** With the token in its fragment. */
  link: string
  url: string
  token: string
  pid: number
  /** All that was printed so far. */
  output(): string
  /**
   * Signals the group, as Ctrl-C in a terminal does, or only its leader, and waits until all its output is closed. Gives the leader's exit code, and
   * what still runs of the group.
   */
  stop(signal?: NodeJS.Signals, to?: 'group' | 'leader'): Promise<{ code: number | null; left: string[] }>
}

/** `npm start -- --no-open` with further arguments, in a process group of its own; resolves when it printed its URL. */
export function npmStart(...args: string[]): Promise<Started> {
  const [command, rest] = npm('start', '--loglevel=error', '--', '--no-open', ...args)
  return start(command, rest)
}

/** The same without npm around it, whose shell has an exit code of its own. */
export function nodeStart(...args: string[]): Promise<Started> {
  return nodeStartWith({}, ...args)
}

/** The same with more in its environment. */
export function nodeStartWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Started> {
  return start(process.execPath, ['e2e/scripts/start.mjs', '--no-open', ...args], env)
}

async function start(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const child = spawnGuarded(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...env },
  })
  const group = child.pid ?? 0
  let said = ''
  const ended = once(child, 'close')
  const link = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk
      const [found] = said.match(/^http:\S+#t=\S+$/m) ?? []
      if (found && said.endsWith('\n')) resolve(found)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', code => reject(new Error(`it ended with ${code}:\n${said}`)))
  })
  const [url, token] = link.split('#t=')
  const stop = async (signal: NodeJS.Signals = 'SIGINT', to: 'group' | 'leader' = 'group') => {
    process.kill(to === 'group' ? -group : group, signal)
    const [code] = await ended
    return { code, left: await processesOf(group) }
  }
  return { link, url, token, pid: group, output: () => said, stop }
}

/** The processes of a group that still run. */
async function processesOf(group: number): Promise<string[]> {
  const { stdout } = await must('ps', ['-A', '-o', 'pgid=,stat=,pid=,args='])
  const lines = stdout
    .toString()
    .split('\n')
    .map(line => line.trim())
  return lines.filter(line => line.startsWith(`${group} `) && !/^\d+\s+Z/.test(line))
}
