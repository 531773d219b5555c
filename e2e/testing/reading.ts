import { Client, type ClientOptions, type Fetches, type KafkaRecord, Offset } from '@milena/client-core'
import { tcp } from '@milena/client-core/transport/node'
import { onTestFinished } from 'vitest'

type Options = Omit<ClientOptions, 'seedBrokers' | 'transport'> & Partial<Pick<ClientOptions, 'transport'>>

/** A client of the cluster, over TCP unless told otherwise, for the rest of the test. */
export function clientOf(bootstrap: readonly string[], options: Options = {}): Client {
  const client = new Client({ seedBrokers: [...bootstrap], transport: tcp(), ...options })
  onTestFinished(() => client.close())
  return client
}

/** Every partition of a topic, from its start. */
export const wholeTopic = (topic: string, partitions = 1): Record<string, Record<number, Offset>> => ({
  [topic]: Object.fromEntries(Array.from({ length: partitions }, (_, partition) => [partition, Offset.atStart()])),
})

/** One poll; `undefined` when nothing came in time. */
export async function polled(client: Client, patienceMs = 30_000): Promise<Fetches | undefined> {
  const signal = AbortSignal.timeout(patienceMs)
  const fetches = await client.pollFetches({ signal })
  return signal.aborted && fetches.numRecords() === 0 ? undefined : fetches
}

/** Reads until that many records came; what polls say beside records is an error. */
export async function take(client: Client, count: number): Promise<KafkaRecord[]> {
  const seen: KafkaRecord[] = []
  while (seen.length < count) {
    const fetches = await polled(client)
    if (!fetches) throw new Error(`${seen.length} of ${count} records came`)
    for (const { error } of fetches.errors()) throw error
    seen.push(...fetches.recordsArray())
  }
  return seen
}

/** The first error that a poll tells. What it brings before is in `records`. */
export async function untilError(client: Client): Promise<{ error: Error; records: KafkaRecord[] }> {
  const records: KafkaRecord[] = []
  for (;;) {
    const fetches = await polled(client)
    if (!fetches) throw new Error('no poll told of an error')
    records.push(...fetches.recordsArray())
    for (const { error } of fetches.errors()) return { error, records }
  }
}

export const text = ({ value }: { value: Uint8Array | null }): string | null => (value === null ? null : new TextDecoder().decode(value))
