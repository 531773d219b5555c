import { onTestFinished } from 'vitest'
import { type VirtualClock, virtualClock } from '../../clock.js'
import { resolve } from '../../options/check.js'
import type { SandboxOptions } from '../../sandbox/options.js'
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.js'
import { memoryTransport } from '../../transport/memory.js'
import { explain } from '../../transport/reasons.js'
import type { ByteStream, Transport } from '../../transport/stream.js'
import { Cluster } from '../cluster.js'
import { type ConnectionOptions, connectionSpec } from '../options.js'

/** A cluster in memory on a clock that stands still, closed after the test. A fault of the sandbox's own fails the test. */
export async function sandboxOf(options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; clock: VirtualClock }> {
  const clock = virtualClock()
  const faults: unknown[] = []
  const sandbox = await createSandbox({ clock, onFault: fault => faults.push(fault), ...options })
  onTestFinished(async () => {
    await sandbox.close()
    if (faults.length > 0) throw faults[0]
  })
  return { sandbox, clock }
}

/** What the client core knows as a cluster, with jitter taken out; closed after the test, when it must leave no timer. */
export function clusterOf(clock: VirtualClock, options: Omit<ConnectionOptions, 'clock'>): Cluster {
  const cluster = new Cluster(resolve(connectionSpec, { random: () => 0.5, ...options, clock }))
  onTestFinished(() => cluster.close())
  return cluster
}

export interface Connected {
  sandbox: Sandbox
  clock: VirtualClock
  cluster: Cluster
}

export async function connected(sandboxOptions: SandboxOptions = {}, options: Partial<ConnectionOptions> = {}): Promise<Connected> {
  const { sandbox, clock } = await sandboxOf(sandboxOptions)
  const cluster = clusterOf(clock, { seedBrokers: sandbox.seedBrokers, transport: sandbox.transport, ...options })
  return { sandbox, clock, cluster }
}

/** Moves time until the promise settles; two minutes at most. */
export async function driven<T>(clock: VirtualClock, promise: Promise<T>, stepMs = 250): Promise<T> {
  let isSettled = false
  const settled = () => {
    isSettled = true
  }
  promise.then(settled, settled)
  await clock.settle()
  for (let ms = 0; !isSettled && ms < 120_000; ms += stepMs) await clock.advance(stepMs)
  if (!isSettled) throw new Error('nothing came of it within two minutes')
  return promise
}

/** What the promise is rejected with, within two minutes. */
export function failureOf(clock: VirtualClock, promise: Promise<unknown>): Promise<Error & { code?: string }> {
  const failed = promise.then(
    value => {
      throw new Error(`it succeeded with ${JSON.stringify(value)}`)
    },
    (error: Error) => error,
  )
  return driven(clock, failed)
}

/** What stands behind an address: a code refuses the dial, a function serves the stream, a transport takes over. */
export type Behind = string | ((stream: ByteStream) => void) | Transport

/** A transport to made-up hosts. */
export function hosts(table: Readonly<Record<string, Behind>>): Transport {
  return {
    name: 'hosts',
    connect(to, signal) {
      const behind = table[to.host] ?? 'ENOTFOUND'
      if (typeof behind === 'object') return behind.connect(to, signal)
      const accept = (stream: ByteStream) => {
        if (typeof behind === 'string') throw explain(behind, to)
        behind(stream)
      }
      return memoryTransport(accept).connect(to, signal)
    },
  }
}

/** A peer that waits for a request and answers each chunk with these bytes. */
export const answering =
  (...bytes: readonly (readonly number[] | Uint8Array)[]) =>
  (stream: ByteStream): void => {
    const serve = async () => {
      for await (const _ of stream.incoming) for (const chunk of bytes) await stream.write([Uint8Array.from(chunk)])
    }
    // The client closes what it cannot read.
    serve().catch(() => {})
  }

export const ascii = (text: string): number[] => [...text].map(c => c.charCodeAt(0))
