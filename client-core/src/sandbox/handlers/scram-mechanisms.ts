import type { HashName } from '../../sasl/hash.js'

/** Kafka's numbers of the SCRAM mechanisms (KIP-554). */
export const scramHashes: ReadonlyMap<number, HashName> = new Map([
  [1, 'SHA-256'],
  [2, 'SHA-512'],
])

export function scramNumber(hashName: HashName): number {
  return hashName === 'SHA-256' ? 1 : 2
}
