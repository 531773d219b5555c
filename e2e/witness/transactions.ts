import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { spawnGuarded } from '../kafka/guard.js'
import { goProgram } from '../scripts/go.mjs'
import { java, toolsJava } from '../scripts/jars.mjs'
import { root } from '../scripts/paths.mjs'

/** Transactional producers of another client. */
export interface Transactions {
  /** `ID begin`, `ID send PARTITION VALUE`, `ID commit` or `ID abort`; resolves when it is done. */
  tell(line: string): Promise<void>
  close(): Promise<void>
}

export type Author = 'java' | 'franz-go'

/** Producers of Kafka's Java client or of franz-go, in a process of their own. */
export async function startTransactions(author: Author, bootstrap: readonly string[], topic: string): Promise<Transactions> {
  const folder = join(root, 'e2e', 'witness', author)
  const [program, ...args] = author === 'java' ? await javaCommand(join(folder, 'Transactions.java')) : [await goProgram('witness', folder)]
  const child = spawnGuarded(program, [...args, bootstrap.join(), topic], { stdio: ['pipe', 'pipe', 'pipe'] })
  const said: Buffer[] = []
  child.stderr?.on('data', chunk => said.push(chunk))
  const ended = once(child, 'exit')
  const { stdin, stdout } = child
  if (!stdin || !stdout) throw new Error('both are pipes')
  stdin.on('error', () => {})
  const answers = createInterface({ input: stdout })[Symbol.asyncIterator]()
  return {
    async tell(line) {
      stdin.write(`${line}\n`)
      const { done } = await answers.next()
      if (done) throw new Error(`${author} ended at "${line}": ${Buffer.concat(said)}`)
    },
    async close() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function javaCommand(source: string): Promise<[program: string, ...args: string[]]> {
  const { jvm, classPath } = await toolsJava()
  return [java, ...jvm, '-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', classPath, source]
}
