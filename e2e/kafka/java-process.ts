import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { java } from '../scripts/jars.mjs'
import { spawnGuarded } from './guard.js'

/** A Java program on loopback that can be ended and started again; it does not outlive this process. What it says goes to `logFile`. */
export class JavaProcess {
  #process: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()

  constructor(
    private readonly args: readonly string[],
    readonly logFile: string,
    /** A directory that goes when this process dies. */
    private readonly remove: string,
  ) {}

  get running(): boolean {
    return this.#process !== undefined
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  start(): void {
    if (this.#process) return
    const log = openSync(this.logFile, 'a')
    const child = spawnGuarded(java, this.args, { stdio: ['ignore', log, log], remove: this.remove })
    closeSync(log)
    this.#process = child
    this.#exited = new Promise(resolve => {
      const ended = () => {
        this.#process = undefined
        resolve()
      }
      child.once('exit', ended).once('error', ended)
    })
  }

  /** Ends the process and waits until it is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#process?.kill(signal)
    await this.#exited
  }

  async logTail(lines = 20): Promise<string> {
    const log = await readFile(this.logFile, 'utf8').catch(() => '')
    return log.trimEnd().split('\n').slice(-lines).join('\n')
  }
}
