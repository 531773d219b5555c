import { expect, onTestFinished } from 'vitest'
import { Client } from '../../client/client.js'
import type { ClientOptions } from '../../client/options.js'
import { type VirtualClock, virtualClock } from '../../clock.js'
import { codec } from '../../compression/index.js'
import { createSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/index.js'
import type { FetchPartition } from '../fetches.js'
import type { Offset } from '../offset.js'

export const text = (v: Uint8Array | null) => (v === null ? null : new TextDecoder().decode(v))

/** `v0`, `v1` …, ten milliseconds apart. */
export const values = (n: number, first = 0) =>
  Array.from({ length: n }, (_, i) => ({ value: `v${first + i}`, timestamp: BigInt(1_000 + (first + i) * 10) }))
export const names = (n: number, first = 0) => values(n, first).map(r => r.value)

/** Options that consume partitions of `orders`. */
export const from = (offset: Offset, ...partitions: number[]) => ({
  consumer: { partitions: { orders: Object.fromEntries(partitions.map(p => [p, offset])) } },
})

export interface Consuming {
  clock: VirtualClock
  sandbox: Sandbox
  make(options?: Partial<ClientOptions>): Client
  /** Polls until so many records came, moving the clock when nothing else moves; an error of a partition is thrown. */
  read(from: Client, count: number): Promise<(string | null)[]>
  /** Polls until a partition comes that is asked for; what comes beside it is kept for the next of these. */
  partition(from: Client, wanted: (partition: FetchPartition) => boolean): Promise<FetchPartition>
  /** Polls for so long; what came. */
  during(from: Client, ms: number): Promise<FetchPartition[]>
}

/** A client over a sandbox, both on a clock that stands still. A fault of the sandbox's own fails the test. */
export async function setup(options: SandboxOptions = {}, client: Partial<ClientOptions> = {}): Promise<Consuming> {
  const clock = virtualClock()
  const faults: unknown[] = []
  const sandbox = await createSandbox({ clock, brokers: 3, topics: { orders: 3 }, codec, onFault: error => faults.push(error), ...options })
  onTestFinished(async () => {
    await sandbox.close()
    expect(faults).toEqual([])
  })
  const { transport, seedBrokers } = sandbox
  /** What came beside what was waited for. */
  const left = new Map<Client, FetchPartition[]>()
  const polled = async (reader: Client): Promise<FetchPartition[]> => {
    const before = left.get(reader) ?? []
    left.delete(reader)
    return [...before, ...(await reader.pollFetches({ wait: false })).partitions]
  }
  const during = async (reader: Client, ms: number) => {
    const came: FetchPartition[] = []
    for (let past = 0; past <= ms; past += 50) {
      came.push(...(await polled(reader)))
      await clock.advance(50)
    }
    return came
  }
  return {
    clock,
    sandbox,
    during,
    make(more = {}) {
      const made = new Client({ seedBrokers, transport, clock, random: () => 0.5, ...client, ...more })
      onTestFinished(() => made.close())
      return made
    },
    async read(reader, count) {
      const seen: (string | null)[] = []
      for (let i = 0; seen.length < count; i++) {
        if (i > 2_000) throw new Error(`only ${seen.length} of ${count} records came: ${seen.join()}`)
        for (const { error, records } of await polled(reader)) {
          if (error) throw error
          for (const r of records) seen.push(text(r.value))
        }
        await clock.advance(10)
      }
      return seen
    },
    async partition(reader, wanted) {
      for (let i = 0; i < 2_000; i++) {
        const partitions = await polled(reader)
        const at = partitions.findIndex(wanted)
        if (at >= 0) {
          left.set(reader, partitions.toSpliced(at, 1))
          return partitions[at]
        }
        await clock.advance(50)
      }
      throw new Error('no such partition came')
    },
  }
}

/** What the records of partitions say. */
export const said = (partitions: readonly FetchPartition[]) => partitions.flatMap(p => p.records.toArray().map(r => text(r.value)))
