import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startKafka } from '../kafka/kafka.js'
import { versions } from '../scripts/jars.mjs'
import { putIntoReadme } from '../scripts/readme.mjs'
import { must } from '../scripts/run.mjs'
import { alone } from './alone.js'
import { markdown, median } from './figures.js'
import { type LineUp, lineUp, nodeVersion } from './lineup.js'
import { type Measure, measures } from './measures.js'
import { partitions, race, ratio } from './race.js'
import { newNode } from './rivals.mjs'

export interface BenchOptions {
  rounds: number
  /** Only measures whose name holds this. */
  only?: string
  /** Multiplies the number of records. */
  scale: number
  /** Put the tables into README.md. */
  write: boolean
  /** Only the record codec. */
  micro: boolean
}

/** Measures, and prints what it found as tables. */
export async function bench(options: BenchOptions): Promise<void> {
  const fresh = await newNode()
  const tables: string[] = []
  if (!options.only) tables.push(await micro(fresh))
  if (!options.micro) tables.push(...(await onKafka(options, fresh)))
  const text = tables.join('\n\n')
  console.log(`\n${text}`)
  if (options.write) await putIntoReadme('bench', text)
}

async function micro(fresh: string): Promise<string> {
  const script = fileURLToPath(new URL('./micro.mjs', import.meta.url))
  const nodes = [...new Set([process.execPath, fresh])]
  const columns = await Promise.all(nodes.map(nodeVersion))
  const results: Record<string, number>[] = []
  for (const node of nodes) results.push(JSON.parse((await must(node, [script])).stdout.toString()))
  const rows = Object.keys(results[0]).map(name => [name, ...results.map(result => result[name].toFixed(3))])
  return `The record codec by itself, CPU us per record, median; batches of 1000 records with keys of 16 bytes.\n\n${markdown(['', ...columns], rows)}`
}

async function onKafka({ rounds, only = '', scale }: BenchOptions, fresh: string): Promise<string[]> {
  const runners = await lineUp(fresh)
  const kafka = await startKafka({ heapMb: 1024, longRun: true })
  const rows: string[][] = []
  const sized = (measure: Measure) => ({
    ...measure,
    count: Math.round(measure.count * scale),
    warmCount: Math.round(measure.warmCount * scale),
  })
  try {
    for (const measure of measures.filter(({ name }) => name.includes(only))) {
      const { milena, franz, others } = runners
      const results = await race(kafka, sized(measure), [...milena, ...(franz ? [franz] : []), ...others], rounds)
      rows.push(row(measure, results, runners))
    }
    const second = await alone(kafka, runners.milena, { only, rounds, sized })
    const date = new Date().toISOString().slice(0, 10)
    const setting = `Apache Kafka ${versions.broker} on loopback, ${cpus().length} shared cores for it and the clients, ${date}; medians of ${rounds} rounds.`
    const rules =
      'CPU us per record of the whole process, user and system, after a warm-up by the same client; p50 is time, us. Acks all, idempotent,' +
      ` ${partitions} partitions. Ratios to franz-go (GOMAXPROCS=1) are taken within each round; floor and goal are ratios, too. Read no difference below 20 %.`
    const checks =
      'Milena, franz-go and Java check the CRC of every batch that they read, the other two do not. "Recycled": what each poll brought is given back' +
      ' after it (`Fetches.recycle`; franz-go by its pools, where they help it).'
    const text = rows.length > 0 ? [`${setting} ${rules} ${checks}`, markdown(head(runners), rows)] : []
    return [...text, ...(second.length > 0 ? [markdown(['alone', 'figure', 'floor', 'goal'], second)] : [])]
  } finally {
    await kafka.close()
  }
}

const head = ({ milena, franz, others }: LineUp) => [
  '',
  ...[...milena, ...(franz ? [franz] : []), ...others].map(({ name }) => name),
  ...(franz ? [...milena.map(({ name }) => `${name.split(', ')[1].split('.')[0]} : franz-go`), 'floor', 'goal'] : []),
]

function row({ name, floor, goal, unit }: Measure, results: (number[] | undefined)[], { milena, franz }: LineUp): string[] {
  const digits = unit === 'p50' ? 0 : 2
  const figures = results.map(values => (values ? median(values).toFixed(digits) : '-'))
  if (!franz) return [name, ...figures]
  const ratios = milena.map((_, index) => ratio(results[index], results[milena.length])?.toFixed(2) ?? '-')
  return [name, ...figures, ...ratios, String(floor), String(goal)]
}
