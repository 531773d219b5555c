import { readFileSync } from 'node:fs'

/**
 * What every contestant shares: it is a process of its own, gets its task as one JSON argument, prints its figures as one JSON line.
 *
 * @typedef {'produce' | 'send' | 'sequential' | 'consume' | 'recycle' | 'iterate'} Scenario
 *
 * @typedef {object} Task
 * @property {Scenario} scenario
 * @property {string[]} brokers
 * @property {string} topic
 * @property {string} warmTopic for the run before the measured one, which lets the engine compile what is hot
 * @property {number} partitions of each topic
 * @property {number} count records in the measured run; in `topic` when consuming
 * @property {number} warmCount
 * @property {number} size of a value, bytes
 * @property {'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'} compression
 *
 * @typedef {{ records: number, bytes: number, p50Us?: number }} Moved what a run moved: records, and bytes of values
 * @typedef {Partial<Record<Scenario, (topic: string, count: number) => Promise<Moved>>> & { close?(): Promise<unknown> }} Contestant
 */

/**
 * Runs the task with a client that is made once and used for the warm-up and the measured run alike.
 * @param {(task: Task) => Promise<Contestant>} make
 */
export async function contest(make) {
  /** @type {Task} */
  const task = JSON.parse(process.argv[2])
  const contestant = await make(task)
  const run = contestant[task.scenario]
  if (!run) throw new Error(`this contestant does not ${task.scenario}`)
  await run(task.warmTopic, task.warmCount)
  const cpu = process.cpuUsage()
  const from = performance.now()
  const moved = await run(task.topic, task.count)
  const { user, system } = process.cpuUsage(cpu)
  const ms = performance.now() - from
  const rssMb = peakMemory() / 2 ** 20
  await contestant.close?.()
  process.stdout.write(`${JSON.stringify({ ...moved, ms, cpuUs: user + system, rssMb })}\n`)
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

/** How many values are sent in turn: more than a codec looks back for at 100 B. */
export const valueCount = 1024

/** Values to send in turn: two fifths random hex digits, the rest text that all values share. @param {number} size */
export function values(size) {
  const shared = ',"status":"created"'.repeat(Math.ceil(size / 19))
  return Array.from({ length: valueCount }, () => {
    const digits = Array.from(crypto.getRandomValues(new Uint8Array(size / 5)), byte => byte.toString(16).padStart(2, '0'))
    return new TextEncoder().encode((digits.join('') + shared).slice(0, size))
  })
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

/** How many records wait for their answer at once, where each has a promise. */
export const open = 10_000

/**
 * Sends records with a promise each, `limit` of them open at a time.
 * @param {number} count
 * @param {number} limit
 * @param {(index: number) => Promise<unknown>} send
 */
export async function sliding(count, limit, send) {
  let waiting = 0
  /** @type {Error | undefined} */
  let failure
  /** @type {(() => void) | undefined} */
  let wake
  const done = () => {
    if (--waiting > limit / 2 || !wake) return
    wake()
    // Node is told of every promise that is resolved again, at a price that is not the client's.
    wake = undefined
  }
  /** @param {Error} error */
  const failed = error => {
    failure ??= error
    done()
  }
  const room = () => new Promise(resolve => (wake = () => resolve(undefined)))
  for (let index = 0; index < count; index++) {
    while (waiting >= limit) await room()
    waiting++
    send(index).then(done, failed)
  }
  while (waiting > 0) await room()
  if (failure) throw failure
}

/**
 * Sends one record after the other and gives the median time until each was acknowledged, us.
 * @param {number} count
 * @param {(index: number) => Promise<unknown>} send
 */
export async function oneByOne(count, send) {
  const took = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const from = performance.now()
    await send(index)
    took[index] = performance.now() - from
  }
  return took.sort()[count >> 1] * 1000
}
