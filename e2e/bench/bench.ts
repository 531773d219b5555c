import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Kafka, startKafka } from '../kafka/kafka.js'
import { versions } from '../scripts/jars.mjs'
import { putIntoReadme } from '../scripts/readme.mjs'
import { must } from '../scripts/run.mjs'
import { markdown, median } from './figures.js'
import { fill } from './fill.js'
import { newNode, rivals, rivalsFolder } from './rivals.mjs'

export interface BenchOptions {
  rounds: number
  /** Only scenarios whose name holds this. */
  only?: string
  /** Multiplies the number of records. */
  scale: number
  /** Put the tables into README.md. */
  write: boolean
  /** Only the codecs of records and of the protocol. */
  micro: boolean
}

interface Scenario {
  name: string
  kind: 'produce' | 'consume'
  count: number
  size: number
}

interface Contestant {
  name: string
  script: string
  node: string
}

interface Figures {
  records: number
  bytes: number
  ms: number
  cpuUs: number
  rssMb: number
}

const scenarios: Scenario[] = [
  { name: 'produce 1 M records of 100 B', kind: 'produce', count: 1_000_000, size: 100 },
  { name: 'consume 1 M records of 100 B', kind: 'consume', count: 1_000_000, size: 100 },
  { name: 'produce 200 k records of 1 kB', kind: 'produce', count: 200_000, size: 1000 },
  { name: 'consume 200 k records of 1 kB', kind: 'consume', count: 200_000, size: 1000 },
]
const partitions = 3

/** Runs all contestants on all scenarios, in turn within each round, and prints a table of medians. */
export async function bench(options: BenchOptions): Promise<void> {
  const fresh = await newNode()
  const tables = [await micro(fresh), await protocol(fresh), await requests(fresh)]
  if (!options.micro) tables.push(await race(options, fresh))
  const text = tables.join('\n\n')
  console.log(`\n${text}`)
  if (options.write) await putIntoReadme('bench', text)
}

async function micro(fresh: string): Promise<string> {
  const script = fileURLToPath(new URL('./micro.mjs', import.meta.url))
  const nodes = [...new Set([process.execPath, fresh])]
  const columns = await Promise.all(nodes.map(version))
  const results: Record<string, number>[] = []
  for (const node of nodes) results.push(JSON.parse((await must(node, [script])).stdout.toString()))
  const rows = Object.keys(results[0]).map(name => [name, ...results.map(result => result[name].toFixed(3))])
  return `The record codec by itself, CPU us per record, median; batches of 1000 records with keys of 16 bytes.\n\n${markdown(['', ...columns], rows)}`
}

/** Times come from a process as programs run it, bytes from one that collects nothing. */
async function protocol(fresh: string): Promise<string> {
  const script = fileURLToPath(new URL('./protocol.mjs', import.meta.url))
  const collectNothing = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256']
  const nodes = [...new Set([process.execPath, fresh])]
  const results: Record<string, { ms: number; bytes: number }>[] = []
  for (const node of nodes) results.push(JSON.parse((await must(node, [script])).stdout.toString()))
  const taken: typeof results = []
  for (const node of nodes) taken.push(JSON.parse((await must(node, [...collectNothing, script])).stdout.toString()))
  const versions = await Promise.all(nodes.map(version))
  const rows = Object.keys(results[0]).map(name => [
    name,
    ...results.map(result => result[name].ms.toFixed(3)),
    ...taken.map(result => (result[name].bytes / 1000).toFixed(0)),
  ])
  const head = ['', ...versions.map(name => `ms, ${name}`), ...versions.map(name => `kB, ${name}`)]
  return `The protocol codec by itself: CPU ms, median, and kB allocated; record batches of 4 kB.\n\n${markdown(head, rows)}`
}

/** What a request costs our process, beside a broker in another that has its answers ready. */
async function requests(fresh: string): Promise<string> {
  const script = fileURLToPath(new URL('./requests.mjs', import.meta.url))
  const nodes = [...new Set([process.execPath, fresh])]
  const columns = await Promise.all(nodes.map(version))
  const cells: string[] = []
  for (const node of nodes) cells.push(Number(JSON.parse((await must(node, [script])).stdout.toString()).cpuUs).toFixed(1))
  return `CPU us per request, 1,000 \`request\` calls at once over one connection, median.\n\n${markdown(['', ...columns], [['DescribeCluster', ...cells]])}`
}

async function race({ rounds, only = '', scale }: BenchOptions, fresh: string): Promise<string> {
  const folder = await rivalsFolder()
  const contestants = await lineUp(fresh)
  const kafka = await startKafka({ heapMb: 1024, longRun: true })
  const rows: string[][] = []
  try {
    for (const scenario of scenarios.filter(({ name }) => name.includes(only))) {
      const sized = { ...scenario, count: Math.round(scenario.count * scale) }
      rows.push(await runScenario(kafka, sized, contestants, rounds, folder))
    }
  } finally {
    await kafka.close()
  }
  const head = ['CPU us per record, user and system', ...contestants.map(({ name }) => name), 'Milena : @platformatic/kafka']
  const setting = `Apache Kafka ${versions.broker} on loopback, ${cpus().length} cores shared with it, medians of ${rounds} rounds.`
  const rules = `Acks all, idempotent, uncompressed, ${partitions} partitions; the ratio is taken on the same Node within each round.`
  return `${setting} ${rules}\nMilena checks the CRC of every batch it reads, the others do not.\n\n${markdown(head, rows)}`
}

async function lineUp(fresh: string): Promise<Contestant[]> {
  const here = process.execPath
  const milena = [...new Set([here, fresh])].map(async node => ({ name: `Milena, ${await version(node)}`, script: 'milena', node }))
  const newest = await version(fresh)
  return [
    ...(await Promise.all(milena)),
    { name: `@platformatic/kafka ${rivals['@platformatic/kafka']}, ${newest}`, script: 'platformatic', node: fresh },
    { name: `kafkajs ${rivals.kafkajs}, ${newest}`, script: 'kafkajs', node: fresh },
  ]
}

const version = async (node: string) => `Node ${(await must(node, ['-p', 'process.versions.node'])).stdout.toString().trim()}`

/** Ratios are taken within a round, so that a busy neighbour slows both sides of one. */
async function runScenario(kafka: Kafka, scenario: Scenario, contestants: Contestant[], rounds: number, folder: string): Promise<string[]> {
  const perRecord = contestants.map(() => [] as number[])
  const ratios: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const figures = await run(kafka, scenario, contestant, `${scenario.kind}-${scenario.size}-${index}-${round}`, folder)
      perRecord[index].push(figures.cpuUs / figures.records)
      const speed = Math.round(figures.records / figures.ms)
      console.log(
        `${scenario.name}, round ${round + 1}: ${contestant.name}: ${(figures.cpuUs / figures.records).toFixed(2)} us, ${speed} k/s, ${Math.round(figures.rssMb)} MB`,
      )
    }
    const latest = (script: string) => perRecord[contestants.findLastIndex(contestant => contestant.script === script)][round]
    ratios.push(latest('milena') / latest('platformatic'))
  }
  return [scenario.name, ...perRecord.map(values => median(values).toFixed(2)), median(ratios).toFixed(2)]
}

/** One contestant's run in topics of its own. It counts only when all records moved. */
async function run(kafka: Kafka, scenario: Scenario, contestant: Contestant, topic: string, folder: string): Promise<Figures> {
  const { kind, count, size } = scenario
  const warmTopic = `${topic}-warm`
  const warmCount = Math.ceil(count / 5)
  await kafka.createTopic(topic, { partitions })
  await kafka.createTopic(warmTopic, { partitions })
  if (kind === 'consume') {
    await fill(kafka, warmTopic, partitions, warmCount, size)
    await fill(kafka, topic, partitions, count, size)
  }
  const task = { scenario: kind, brokers: kafka.bootstrap, topic, warmTopic, partitions, count, warmCount, size }
  const script = fileURLToPath(new URL(`./contestants/${contestant.script}.mjs`, import.meta.url))
  const { stdout } = await must(contestant.node, [script, JSON.stringify(task)], { env: { MILENA_RIVALS: folder }, timeoutMs: 300_000 })
  const figures: Figures = JSON.parse(stdout.toString())
  const ends = await Promise.all(Array.from({ length: partitions }, (_, partition) => kafka.endOffset(topic, partition)))
  const stored = Number(ends.reduce((sum, end) => sum + end, 0n))
  if (stored !== count || figures.records !== count || figures.bytes !== count * size) {
    throw new Error(
      `${contestant.name}: ${figures.records} records of ${figures.bytes} bytes moved, ${stored} stored, ${count} of ${size} bytes wanted`,
    )
  }
  await kafka.deleteTopic(topic)
  await kafka.deleteTopic(warmTopic)
  return figures
}
