import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

let watchdog: ChildProcess | undefined

/**
 * Starts a program that does not outlive this process, also when this process is killed. `remove` is a directory that goes with it then; a
 * `detached` program leads a group, which goes whole.
 */
export function spawnGuarded(command: string, args: readonly string[], options: SpawnOptions & { remove?: string } = {}): ChildProcess {
  const { remove, ...spawning } = options
  const child = spawn(command, args, spawning)
  if (child.pid === undefined) return child
  const pid = options.detached ? -child.pid : child.pid
  tell({ pid, remove })
  child.once('exit', () => tell({ pid, gone: true }))
  return child
}

/** A negative id is a group's, as for kill. One process for all; in a group of its own, so that what kills ours leaves it the time to do its work. It does not keep us alive. */
function tell(line: { pid: number; remove?: string; gone?: true }): void {
  watchdog ??= startWatchdog()
  watchdog.stdin?.write(`${JSON.stringify(line)}\n`)
}

function startWatchdog(): ChildProcess {
  const script = fileURLToPath(new URL('./watchdog.mjs', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} })
  child.unref()
  child.stdin?.on('error', () => {})
  if (child.stdin && 'unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return child
}
