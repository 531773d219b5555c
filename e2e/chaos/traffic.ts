import { Client, ClientError, Offset, type Transport } from '@milena/client-core'
import { type ChaosTransport, chaosTransport } from '@milena/client-core/transport/chaos'

/*
 * Producing and consuming at the same time over connections that do not live long, every record accounted for. It runs in Node and in a page.
 */

export interface Task {
  seedBrokers: readonly string[]
  topic: string
  partitions: number
  records: number
  /** Producing is spread over so many ms, for something to happen meanwhile. */
  spreadMs: number
  seed: number
  /** When nothing new came for so many ms it gives up, and says what is missing. */
  patienceMs: number
}

/** What became of the records. All is as it should be when `delivered` and `seen` are the number of records and every list is empty. */
export interface Account {
  delivered: number
  seen: number
  /** Keys that were delivered and not read. */
  lost: string[]
  /** Keys that were read again. */
  doubled: string[]
  /** Keys that were read after a later one of their partition, or before an earlier one. */
  disordered: string[]
  /** Why records were not delivered, and what polls gave beside records. */
  errors: string[]
  opened: number
  deaths: number
  ms: number
}

/** At most so many of each list: the first ones tell. */
const TOLD = 20
const LULL_MS = 20

/** Each connection dies 0.5 to 1.5 s after it was opened, one in five by a half-close; bytes come late and in pieces of any size. */
const badly = (inner: Transport, seed: number): ChaosTransport =>
  chaosTransport(inner, { seed, lifetimeMs: [500, 1_500], delayMs: [0, 4], chunkBytes: [1, 40_000], halfClose: 0.2 })

/** Produces and reads back, each over connections of its own. A record's key is its partition and its place in there: `3:17`. */
export async function traffic(inner: Transport, task: Task): Promise<Account> {
  const ledger = new Ledger(task)
  const began = performance.now()
  const transports = [badly(inner, task.seed), badly(inner, task.seed + 1)]
  await Promise.all([write(transports[0], task, ledger), read(transports[1], task, ledger)])
  const sum = (of: 'opened' | 'deaths') => transports.reduce((total, transport) => total + transport[of], 0)
  return { ...ledger.close(), opened: sum('opened'), deaths: sum('deaths'), ms: Math.round(performance.now() - began) }
}

/** Every record by partition and place: whether it was delivered, how often it was read. */
class Ledger {
  delivered = 0
  seen = 0
  errors: string[] = []
  lastNews = performance.now()
  readonly #delivered: Uint8Array[]
  readonly #read: Uint8Array[]
  readonly #next: number[]
  #doubled: string[] = []
  #disordered: string[] = []

  constructor(private readonly task: Task) {
    const { partitions, records } = task
    const perPartition = () => Array.from({ length: partitions }, () => new Uint8Array(Math.ceil(records / partitions)))
    this.#delivered = perPartition()
    this.#read = perPartition()
    this.#next = new Array<number>(partitions).fill(0)
  }

  get complete(): boolean {
    return this.seen >= this.task.records
  }

  /** Neither delivered nor read anything for longer than is to be waited. */
  get stuck(): boolean {
    return performance.now() - this.lastNews > this.task.patienceMs
  }

  deliver(partition: number, place: number): void {
    this.delivered++
    this.#delivered[partition][place]++
    this.lastNews = performance.now()
  }

  fail(what: string): void {
    if (this.errors.length < TOLD) this.errors.push(what)
  }

  take(partition: number, key: string): void {
    const place = Number(key.slice(key.indexOf(':') + 1))
    this.seen++
    this.lastNews = performance.now()
    if (!key.startsWith(`${partition}:`)) this.fail(`${key} was read from partition ${partition}`)
    if (this.#read[partition][place]++ > 0) tell(this.#doubled, key)
    else if (place !== this.#next[partition]) tell(this.#disordered, key)
    this.#next[partition] = place + 1
  }

  close() {
    const lost: string[] = []
    this.#delivered.forEach((places, partition) => {
      places.forEach((delivered, place) => {
        if (delivered && !this.#read[partition][place]) tell(lost, `${partition}:${place}`)
      })
    })
    const { delivered, seen, errors } = this
    return { delivered, seen, lost, doubled: this.#doubled, disordered: this.#disordered, errors }
  }
}

function tell(list: string[], key: string): void {
  if (list.length < TOLD) list.push(key)
}

async function write(transport: Transport, task: Task, ledger: Ledger): Promise<void> {
  const { topic, partitions, records, spreadMs } = task
  const client = new Client({ seedBrokers: [...task.seedBrokers], transport, producer: { compression: 'lz4' } })
  const began = performance.now()
  const watch = setInterval(() => {
    if (ledger.stuck) void client.close()
  }, 500)
  try {
    for (let i = 0; i < records; ) {
      const due = Math.min(records, Math.ceil((records * (performance.now() - began + LULL_MS)) / spreadMs))
      for (; i < due; i++) {
        const [partition, place] = [i % partitions, Math.floor(i / partitions)]
        const onDelivery = (_: unknown, error?: Error) =>
          error ? ledger.fail(`${partition}:${place}: ${error.message}`) : ledger.deliver(partition, place)
        await client.produce({ topic, partition, key: `${partition}:${place}`, value: `value ${i}` }, { onDelivery })
      }
      await new Promise(resolve => setTimeout(resolve, LULL_MS))
    }
    await client.flush()
  } catch (error) {
    ledger.fail(`producing ended: ${error}`)
  } finally {
    clearInterval(watch)
    await client.close()
  }
}

async function read(transport: Transport, task: Task, ledger: Ledger): Promise<void> {
  const from = Object.fromEntries(Array.from({ length: task.partitions }, (_, partition) => [partition, Offset.atStart()]))
  const consumer = { partitions: { [task.topic]: from }, fetchMaxWaitMs: 500 }
  const client = new Client({ seedBrokers: [...task.seedBrokers], transport, consumer })
  const text = new TextDecoder()
  try {
    while (!ledger.complete && !ledger.stuck) {
      const fetches = await client.pollFetches({ signal: AbortSignal.timeout(1_000) })
      for (const { topic, partition, error } of fetches.errors()) {
        if (!(error instanceof ClientError && error.code === 'ABORTED')) ledger.fail(`poll, ${topic}-${partition}: ${error.message}`)
      }
      fetches.eachRecord(record => ledger.take(record.partition, text.decode(record.key!)))
    }
  } finally {
    await client.close()
  }
}
