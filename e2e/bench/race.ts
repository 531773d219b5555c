import type { Kafka } from '../kafka/kafka.js'
import { must } from '../scripts/run.mjs'
import { median } from './figures.js'
import { fill } from './fill.js'
import type { Contestant } from './lineup.js'
import type { Measure } from './measures.js'

export const partitions = 3

interface Figures {
  records: number
  bytes: number
  ms: number
  cpuUs: number
  rssMb: number
  p50Us?: number
}

/** What each contestant took, round by round, in the measure's unit; undefined for what it cannot do. */
export type Result = (number[] | undefined)[]

/** Contestants in turn within each round, so that a busy neighbour slows all sides of a ratio. */
export async function race(kafka: Kafka, measure: Measure, contestants: readonly Contestant[], rounds: number): Promise<Result> {
  const taken: Result = contestants.map(contestant => (contestant.can(measure) ? [] : undefined))
  const reads = ['consume', 'recycle', 'iterate'].includes(measure.scenario)
  const shared = `${measure.scenario}-${measure.size}-${measure.compression}`
  if (reads) {
    await kafka.createTopic(shared, { partitions })
    await fill(kafka, shared, { partitions, ...measure })
  }
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const values = taken[index]
      if (!values) continue
      const topic = reads ? shared : `${shared}-${index}-${round}`
      if (!reads) await kafka.createTopic(topic, { partitions })
      const figures = await run(kafka, measure, contestant, topic, reads)
      if (!reads) await kafka.deleteTopic(topic)
      const value = measure.unit === 'p50' ? (figures.p50Us ?? Number.NaN) : figures.cpuUs / figures.records
      values.push(value)
      const speed = Math.round(figures.records / figures.ms)
      console.log(
        `${measure.name}, round ${round + 1}: ${contestant.name}: ${value.toFixed(2)} us, ${speed} k/s, ${Math.round(figures.rssMb)} MB`,
      )
    }
  }
  if (reads) await kafka.deleteTopic(shared)
  return taken
}

/** The median of the ratios within each round. */
export function ratio(to: number[] | undefined, from: number[] | undefined): number | undefined {
  return to && from && from.length > 0 ? median(to.map((value, round) => value / from[round])) : undefined
}

/** One contestant's run. It counts only when all records moved. */
async function run(
  kafka: Kafka,
  measure: Measure,
  { name, command, args, env }: Contestant,
  topic: string,
  reads: boolean,
): Promise<Figures> {
  const { scenario, count, size, compression } = measure
  const warmCount = Math.min(measure.warmCount, count)
  const task = { scenario, brokers: kafka.bootstrap, topic, warmTopic: topic, partitions, count, warmCount, size, compression }
  const { stdout } = await must(command, [...args, JSON.stringify(task)], { env, timeoutMs: 300_000 })
  const figures: Figures = JSON.parse(stdout.toString().trim().split('\n').at(-1) ?? '')
  const ends = await Promise.all(Array.from({ length: partitions }, (_, partition) => kafka.endOffset(topic, partition)))
  const stored = Number(ends.reduce((sum, end) => sum + end, 0n))
  const wanted = reads ? count : warmCount + count
  if (stored !== wanted || figures.records !== count || figures.bytes !== count * size) {
    throw new Error(
      `${name}: ${figures.records} records of ${figures.bytes} bytes moved, ${stored} stored; ${count} of ${size} bytes and ${wanted} wanted`,
    )
  }
  return figures
}
