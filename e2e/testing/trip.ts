import { Client, type ClientOptions, Offset, type Transport } from '@milena/client-core'
import { MetadataRequest } from '@milena/client-core/protocol'
import { oauthBearer, plain, type SaslMechanism, scramSha256, scramSha512 } from '@milena/client-core/sasl'

/** What to log in with, as it can cross into a page. */
export interface Login {
  mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'
  username?: string
  password?: string
  token?: string
}

/** What a client is to do: the same in Node and in a page. */
export interface Trip {
  seed: string
  login?: Login
  value?: string
}

/** What became of it, as it can cross out of a page. */
export interface Failure {
  name: string
  code: string
  step: string | undefined
  message: string
  /** Connections tried. */
  dials: number
}

function sasl(login: Login | undefined): SaslMechanism[] {
  if (!login) return []
  const { username = '', password = '', token = '' } = login
  switch (login.mechanism) {
    case 'PLAIN':
      return [plain({ username, password })]
    case 'SCRAM-SHA-256':
      return [scramSha256({ username, password })]
    case 'SCRAM-SHA-512':
      return [scramSha512({ username, password })]
    case 'OAUTHBEARER':
      return [oauthBearer({ token })]
  }
}

function clientOf({ seed, login }: Trip, transport: Transport, more: Partial<ClientOptions> = {}): Client {
  return new Client({ seedBrokers: [seed], transport, sasl: sasl(login), ...more })
}

/** Connects, produces to `orders` and fetches that record again: gives its value as it came back. */
export async function roundTrip(trip: Trip, transport: Transport): Promise<string> {
  const client = clientOf(trip, transport, { consumer: { partitions: { orders: { 0: Offset.atEnd() } } } })
  try {
    const { offset } = await client.send({ topic: 'orders', partition: 0, value: trip.value ?? '' })
    client.setOffsets({ orders: { 0: Offset.at(offset) } })
    for (;;) {
      const fetches = await client.pollFetches()
      for (const { error } of fetches.errors()) throw error
      for (const record of fetches.records())
        if (record.offset === offset) return new TextDecoder().decode(record.value ?? new Uint8Array())
    }
  } finally {
    await client.close()
  }
}

/** The one error of a client that gets nowhere. */
export async function failure(trip: Trip, transport: Transport): Promise<Failure> {
  let dials = 0
  const client = clientOf(trip, transport, { hooks: [{ onBrokerConnect: () => void dials++ }] })
  try {
    await client.request(MetadataRequest({ topics: null }))
    return { name: 'none', code: 'SUCCEEDED', step: undefined, message: '', dials }
  } catch (error) {
    const { name = '', message = '', code, step } = error as Error & { code?: string; step?: string }
    return { name, code: String(code), step, message, dials }
  } finally {
    await client.close()
  }
}
