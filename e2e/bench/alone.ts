import { fileURLToPath } from 'node:url'
import type { Kafka } from '../kafka/kafka.js'
import { must } from '../scripts/run.mjs'
import { browser } from './browser.js'
import { median } from './figures.js'
import { fill } from './fill.js'
import type { Contestant } from './lineup.js'
import { codecFloor, codecs, type Measure, measures } from './measures.js'
import { partitions, race } from './race.js'

interface Settings {
  only: string
  rounds: number
  sized(measure: Measure): Measure
}

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** What is measured against itself: rows of name, figure, floor, goal. */
export async function alone(kafka: Kafka, milena: readonly Contestant[], settings: Settings): Promise<string[][]> {
  const rows: string[][] = []
  const plain = measures.find(({ name }) => name === 'consume 100 B by polls')
  if (!plain) throw new Error('the codecs are measured against plain polls')
  for (const codec of codecs) {
    const name = `${plain.name}, ${codec}`
    if (name.includes(settings.only))
      rows.push(...(await compressed(kafka, milena, { ...settings.sized(plain), name, compression: codec }, plain, settings)))
  }
  for (const measure of measures.filter(({ scenario, compression }) => scenario === 'consume' && compression === 'none')) {
    const name = `${measure.name}, records per CPU second, Chromium through the bridge : ${milena[0].name.split(', ')[1]} over TCP`
    if (!name.includes(settings.only)) continue
    const { consumed, received } = await browser(kafka, milena[0], settings.sized(measure), settings.rounds)
    rows.push([name, consumed.toFixed(2), '0.7', '0.9'])
    rows.push([`as much, a page that receives the same bytes by a WebSocket and throws them away`, received.toFixed(2), '', ''])
  }
  const buffered = 'memory of 1 M buffered records of 100 B : their bytes'
  if (buffered.includes(settings.only)) {
    const task = { count: 1_000_000, size: 100, partitions, waited: false }
    for (const { name, command } of milena) {
      const { stdout } = await must(command, ['--expose-gc', script('../testing/full-buffer.mjs'), JSON.stringify(task)], {
        timeoutMs: 120_000,
      })
      const { buffered: count, takes } = JSON.parse(stdout.toString())
      if (count !== task.count) throw new Error(`${count} records are buffered, not ${task.count}`)
      rows.push([`${buffered}, ${name.split(', ')[1]}`, (takes / (task.count * task.size)).toFixed(2), '2.5', ''])
    }
  }
  return rows
}

/** The floor is the sum of what decompressing the same batches alone takes, and a multiple of what reading them plain does. */
async function compressed(
  kafka: Kafka,
  milena: readonly Contestant[],
  measure: Measure,
  plain: Measure,
  { rounds, sized }: Settings,
): Promise<string[][]> {
  const reading = await race(kafka, measure, milena, rounds)
  const recycled = await race(kafka, { ...measure, name: `${measure.name}, recycled`, scenario: 'recycle' }, milena, rounds)
  const plainly = await race(kafka, { ...sized(plain), name: `${plain.name}, for ${measure.compression}` }, milena, rounds)
  const topic = `decompress-${measure.compression}`
  await kafka.createTopic(topic, { partitions })
  await fill(kafka, topic, { partitions, ...measure, count: Math.round(measure.count / 5) })
  const rows: string[][] = []
  for (const [index, { name, command }] of milena.entries()) {
    const task = JSON.stringify({ brokers: kafka.bootstrap, topic, partitions, count: Math.round(measure.count / 5) })
    const runs: number[] = []
    for (let round = 0; round < rounds; round++) {
      runs.push(Number((await must(command, [script('decompress.mjs'), task], { timeoutMs: 120_000 })).stdout.toString()))
    }
    const floor = (median(runs) + codecFloor * median(plainly[index] ?? [])).toFixed(2)
    const node = `${name.split(', ')[1]}, CPU us per record`
    rows.push([`${measure.name}, ${node}`, median(reading[index] ?? []).toFixed(2), floor, ''])
    rows.push([`${measure.name}, recycled, ${node}`, median(recycled[index] ?? []).toFixed(2), floor, ''])
  }
  await kafka.deleteTopic(topic)
  return rows
}
