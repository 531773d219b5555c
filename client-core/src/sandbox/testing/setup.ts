import { onTestFinished } from 'vitest'
import { type VirtualClock, virtualClock } from '../../clock.js'
import { ProduceRequest } from '../../protocol/api/produce.js'
import { type BatchRecordInput, type EncodeBatchOptions, encodeBatch } from '../../records/encode.js'
import type { SandboxOptions } from '../options.js'
import { createSandbox, type Sandbox } from '../sandbox.js'
import { TestClient } from './test-client.js'

export interface Setup {
  sandbox: Sandbox
  clock: VirtualClock
  /** A connection to broker 1. */
  client: TestClient
  dial(broker?: number): Promise<TestClient>
}

/** A sandbox on a clock that stands still, closed after the test; a fault of the sandbox's own fails the test. */
export async function setup(options: SandboxOptions = {}): Promise<Setup> {
  const clock = virtualClock()
  const faults: unknown[] = []
  const sandbox = await createSandbox({ clock, brokers: 1, onFault: error => faults.push(error), ...options })
  onTestFinished(async () => {
    await sandbox.close()
    if (faults.length > 0) throw faults[0]
  })
  return { sandbox, clock, client: await TestClient.dial(sandbox), dial: broker => TestClient.dial(sandbox, broker) }
}

/** One batch of records with these values. */
export function batchOf(
  values: readonly (string | null)[],
  options: EncodeBatchOptions = {},
  rest: Partial<BatchRecordInput> = {},
): Uint8Array {
  return encodeBatch(
    values.map(value => ({ value, timestamp: 1_700_000_000_000n, ...rest })),
    options,
  )
}

/** Produces to one partition and gives what the broker said about it. */
export async function produceTo(client: TestClient, topic: string, records: Uint8Array | null, { index = 0, acks = -1, version = 9 } = {}) {
  const { responses } = await client.ask(ProduceRequest, version, {
    acks,
    timeoutMs: 1000,
    topicData: [{ name: topic, partitionData: [{ index, records }] }],
  })
  return responses[0].partitionResponses[0]
}
