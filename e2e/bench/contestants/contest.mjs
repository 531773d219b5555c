import { readFileSync } from 'node:fs'

/**
 * What every contestant shares: it is a process of its own, gets its task as one JSON argument, prints its figures as one JSON line.
 *
 * @typedef {object} Task
 * @property {'produce' | 'consume'} scenario
 * @property {string[]} brokers
 * @property {string} topic
 * @property {string} warmTopic for the run before the measured one, which lets the engine compile what is hot
 * @property {number} partitions of each topic
 * @property {number} count records in the measured run; in `topic` when consuming
 * @property {number} warmCount
 * @property {number} size of a value, bytes
 *
 * @typedef {{ records: number, bytes: number }} Moved what a run moved: records, and bytes of values
 * @typedef {{ produce(topic: string, count: number): Promise<Moved>, consume(topic: string, count: number): Promise<Moved>, close(): Promise<void> }} Contestant
 */

/**
 * Runs the task with a client that is made once and used for the warm-up and the measured run alike.
 * @param {(task: Task) => Promise<Contestant>} make
 */
export async function contest(make) {
  /** @type {Task} */
  const task = JSON.parse(process.argv[2])
  const contestant = await make(task)
  await contestant[task.scenario](task.warmTopic, task.warmCount)
  const cpu = process.cpuUsage()
  const from = performance.now()
  const moved = await contestant[task.scenario](task.topic, task.count)
  const { user, system } = process.cpuUsage(cpu)
  const ms = performance.now() - from
  const rssMb = peakMemory() / 2 ** 20
  await contestant.close()
  process.stdout.write(`${JSON.stringify({ ...moved, ms, cpuUs: user + system, rssMb, node: process.versions.node })}\n`)
  // A client that leaves a timer behind must not hold up the others.
  process.exit(0)
}

/** The most memory this process held, bytes. The peak of `resourceUsage` begins with that of the process it was forked from. */
function peakMemory() {
  try {
    const [, kB] = readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/) ?? []
    if (kB) return Number(kB) * 1024
  } catch {
    // Only Linux tells it there.
  }
  return process.memoryUsage().rss
}

/** Values to send in turn: random, so that nothing along the way compresses or interns them. @param {number} size */
export function values(size) {
  return Array.from({ length: 256 }, () => crypto.getRandomValues(new Uint8Array(size)))
}

/** As many records as one call of a batch interface takes: half the broker's limit of 1 MiB at most. @param {number} size */
export function perCall(size) {
  return Math.min(1000, Math.floor(500_000 / size))
}

/**
 * Counts what arrives until all of it did.
 * @param {number} count
 */
export function counter(count) {
  const moved = { records: 0, bytes: 0 }
  /** @type {() => void} */
  let done = () => {}
  const all = new Promise(resolve => {
    done = () => resolve(undefined)
  })
  /** @param {number} bytes */
  const add = bytes => {
    moved.bytes += bytes
    if (++moved.records === count) done()
  }
  return { moved, all, add }
}
