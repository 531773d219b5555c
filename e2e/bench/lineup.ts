import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { cached } from '../scripts/cache.mjs'
import { goProgram, goVersion } from '../scripts/go.mjs'
import { brokerJava, java, versions } from '../scripts/jars.mjs'
import { must } from '../scripts/run.mjs'
import type { Measure, Scenario } from './measures.js'
import { rivals, rivalsFolder } from './rivals.mjs'

/** A client in a process of its own. */
export interface Contestant {
  name: string
  command: string
  args: readonly string[]
  env: NodeJS.ProcessEnv
  can(measure: Pick<Measure, 'scenario' | 'compression'>): boolean
}

const contestantsFolder = new URL('./contestants/', import.meta.url)
const inNode = (name: string) => [fileURLToPath(new URL(`${name}.mjs`, contestantsFolder))]
const all = () => true
const most: readonly Scenario[] = ['produce', 'sequential', 'consume', 'iterate']

export interface LineUp {
  milena: Contestant[]
  /** The yardstick; undefined where Go is not installed. */
  franz: Contestant | undefined
  others: Contestant[]
}

/** This client on the Node that runs and on a new one, and its rivals, installed or built where they are missing. */
export async function lineUp(fresh: string): Promise<LineUp> {
  const folder = await rivalsFolder()
  const nodes = [...new Set([process.execPath, fresh])]
  const newest = await nodeVersion(fresh)
  const rival = (name: keyof typeof rivals, script: string, can: Contestant['can']): Contestant => ({
    name: `${name} ${rivals[name]}, ${newest}`,
    command: fresh,
    args: inNode(script),
    env: { MILENA_RIVALS: folder },
    can,
  })
  return {
    milena: await Promise.all(
      nodes.map(async node => ({ name: `Milena, ${await nodeVersion(node)}`, command: node, args: inNode('milena'), env: {}, can: all })),
    ),
    franz: await franzGo(),
    others: [
      await apacheJava(),
      rival('@platformatic/kafka', 'platformatic', ({ scenario }) => most.includes(scenario)),
      rival('kafkajs', 'kafkajs', ({ scenario, compression }) => most.includes(scenario) && compression === 'none'),
    ],
  }
}

export const nodeVersion = async (node: string) => `Node ${(await must(node, ['-p', 'process.versions.node'])).stdout.toString().trim()}`

/** On one processor, as a client on one thread is. */
async function franzGo(): Promise<Contestant | undefined> {
  if (!(await goVersion())) return undefined
  const folder = fileURLToPath(new URL('franz-go', contestantsFolder))
  const [, release] = (await readFile(`${folder}/go.mod`, 'utf8')).match(/franz-go v(\S+)/) ?? []
  return { name: `franz-go ${release}`, command: await goProgram('bench-franz-go', folder), args: [], env: { GOMAXPROCS: '1' }, can: all }
}

async function apacheJava(): Promise<Contestant> {
  const { classPath } = await brokerJava()
  const source = fileURLToPath(new URL('java/Contest.java', contestantsFolder))
  const hash = createHash('sha256')
    .update(await readFile(source))
    .update(versions.broker)
    .digest('hex')
  const javac = java.replace(/java$/, 'javac')
  const can: Contestant['can'] = ({ scenario }) => scenario !== 'recycle'
  const classes = await cached(`bench-java-${hash.slice(0, 12)}`, async directory => {
    await must(javac, ['-cp', classPath, '-d', directory, source])
  })
  return { name: `Java client ${versions.broker}`, command: java, args: ['-cp', `${classes}:${classPath}`, 'Contest'], env: {}, can }
}
