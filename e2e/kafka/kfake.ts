import { once } from 'node:events'
import { kfakeProgram } from '../scripts/go.mjs'
import { freePort } from '../scripts/ports.mjs'
import { spawnGuarded } from './guard.js'

/** franz-go's kfake: a cluster of three fake brokers, written by others than Kafka's authors and us. It has a topic `seeded` of three partitions. */
export interface Kfake {
  /** `host:port` of every broker. */
  readonly bootstrap: readonly string[]
  close(): Promise<void>
}

export async function startKfake(): Promise<Kfake> {
  const program = await kfakeProgram()
  for (let attempt = 1; ; attempt++) {
    const ports = [await freePort(), await freePort(), await freePort()]
    const child = spawnGuarded(program, ports.map(String), { stdio: ['pipe', 'pipe', 'pipe'] })
    const said: Buffer[] = []
    child.stderr?.on('data', chunk => said.push(chunk))
    const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
    const ready = child.stdout ? once(child.stdout, 'data').then(() => true) : Promise.resolve(false)
    if (await Promise.race([ready, exited.then(() => false)])) {
      const close = () => {
        child.kill('SIGKILL')
        return exited
      }
      return { bootstrap: ports.map(port => `127.0.0.1:${port}`), close }
    }
    const why = Buffer.concat(said).toString().trim()
    // Somebody took a port between our look and its.
    if (!why.includes('address already in use') || attempt === 3) throw new Error(`kfake did not start: ${why}`)
  }
}
