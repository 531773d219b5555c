import { DescribeClusterRequest } from '../../protocol/api/describe-cluster.js'
import type { SaslOptions } from '../../sandbox/index.js'
import type { SandboxOptions } from '../../sandbox/options.js'
import type { Cluster } from '../cluster.js'
import type { ConnectionOptions } from '../options.js'
import { type Connected, connected } from './setup.js'

export const users = { alice: 'alice-secret', 'b=o,b': 'pässwörd' }

export interface Guarded extends Connected {
  /** Why brokers cut connections. */
  cuts: string[]
  /** SaslAuthenticate requests so far. */
  logins: { readonly count: number }
  handshakes: { readonly count: number }
}

/** A cluster whose listeners ask for a login. */
export async function guarded(
  sasl: SaslOptions,
  options: Partial<ConnectionOptions>,
  sandboxOptions: SandboxOptions = {},
): Promise<Guarded> {
  const cuts: string[] = []
  const onDisconnect = ({ reason }: { reason: string }) => cuts.push(reason)
  const all = await connected({ brokers: 1, sasl: { users, ...sasl }, onDisconnect, ...sandboxOptions }, options)
  const logins = all.sandbox.intercept('SaslAuthenticate', () => undefined)
  const handshakes = all.sandbox.intercept('SaslHandshake', () => undefined)
  return { ...all, cuts, logins, handshakes }
}

export const describeCluster = (cluster: Cluster) =>
  cluster.call('any', DescribeClusterRequest, { includeClusterAuthorizedOperations: false }, { initiator: 'test' })

/** An unsecured token, as Kafka takes in tests. */
export function token(claims: object): string {
  const part = (json: object) => btoa(JSON.stringify(json)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  return `${part({ alg: 'none' })}.${part(claims)}.`
}
