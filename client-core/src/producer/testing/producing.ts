import { onTestFinished } from 'vitest'
import { Client } from '../../client/client.js'
import type { ClientOptions } from '../../client/options.js'
import type { VirtualClock } from '../../clock.js'
import { driven, sandboxOf } from '../../cluster/testing/setup.js'
import type { SandboxOptions } from '../../sandbox/options.js'
import type { Sandbox } from '../../sandbox/sandbox.js'
import type { ProducerOptions } from '../options.js'
import type { ProducerRecord } from '../record.js'

export interface ProducingOptions {
  sandbox?: SandboxOptions
  client?: Partial<ClientOptions>
  producer?: ProducerOptions
}

/** A client that produces to a sandbox on a clock that stands still, without jitter; a fault of the sandbox's own fails the test. */
export class Producing {
  /** What was told of records, in the order of telling: `value@offset` or `value:ERROR_CODE`. */
  readonly told: string[] = []

  constructor(
    readonly sandbox: Sandbox,
    readonly clock: VirtualClock,
    readonly client: Client,
  ) {}

  /** Produces to partition 0 of orders, if not told otherwise; gives what was told of the record. */
  async put(value: string, rest: Partial<ProducerRecord> = {}, signal?: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const onDelivery = (record: { offset: bigint }, error?: Error & { code?: string }) => {
        const what = error ? `${value}:${error.code}` : `${value}@${record.offset}`
        this.told.push(what)
        resolve(what)
      }
      this.client.produce({ topic: 'orders', partition: 0, value, ...rest }, { onDelivery, signal }).catch((error: Error) => {
        if (!(error as { code?: string }).code) reject(error)
      })
    })
  }

  /** Several of them, one after the other. */
  puts(values: readonly string[], rest: Partial<ProducerRecord> = {}): Promise<string[]> {
    return Promise.all(values.map(value => this.put(value, rest)))
  }

  /** Moves time until the promise settles. */
  run<T>(promise: Promise<T>, stepMs?: number): Promise<T> {
    return driven(this.clock, promise, stepMs)
  }

  values(topic = 'orders', partition = 0): (string | null)[] {
    return this.sandbox.values(topic, partition)
  }

  /** A broker that does not lead the partition. */
  other(topic = 'orders', partition = 0): number {
    return (this.sandbox.leader(topic, partition) % this.sandbox.brokers.length) + 1
  }
}

export async function producing({ sandbox: sandboxOptions = {}, client: clientOptions = {}, producer = {} }: ProducingOptions = {}) {
  const { sandbox, clock } = await sandboxOf({ topics: { orders: 3 }, ...sandboxOptions })
  const client = new Client({
    seedBrokers: sandbox.seedBrokers,
    transport: sandbox.transport,
    clock,
    random: () => 0.5,
    ...clientOptions,
    producer: { compression: 'none', lingerMs: 0, ...producer },
  })
  onTestFinished(() => client.close())
  return new Producing(sandbox, clock, client)
}
