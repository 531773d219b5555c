import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, listening } from '../scripts/ports.mjs'
import { until } from './admin.js'
import { JavaProcess } from './java-process.js'
import { zookeeperProperties } from './settings.js'

/** Starts the ZooKeeper that is in the class path of an old release; resolves when it takes connections. */
export async function startZooKeeper(
  java: { classPath: string; jvm: readonly string[] },
  root: string,
): Promise<{ port: number; process: JavaProcess }> {
  const home = join(root, 'zookeeper')
  const data = join(home, 'data')
  const port = await freePort()
  await mkdir(data, { recursive: true })
  await writeFile(join(home, 'zookeeper.properties'), zookeeperProperties(port, data))
  const main = ['org.apache.zookeeper.server.quorum.QuorumPeerMain', join(home, 'zookeeper.properties')]
  const jvm = [...java.jvm, '-Xms16m', '-Xmx128m', '-XX:TieredStopAtLevel=1']
  const process = new JavaProcess([...jvm, '-cp', java.classPath, ...main], join(home, 'zookeeper.log'), root)
  process.start()
  try {
    await until('ZooKeeper listens', async () => !process.running || listening(port), 60_000)
    if (!process.running) throw new Error('it ended')
  } catch (error) {
    const log = await process.logTail()
    await process.stop('SIGKILL')
    throw new Error(`ZooKeeper did not start: ${error instanceof Error ? error.message : error}\n${log}`, { cause: error })
  }
  return { port, process }
}
