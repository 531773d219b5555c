import type { Cluster } from '../cluster/cluster.js'
import { ClientError } from '../error.js'
import type { RequestMessage } from '../protocol/message.js'
import { releasesWith, versionGuess } from '../protocol/versions.js'

/** The same refusal, saying also which releases of Kafka have the request, and which one the cluster seems to be. */
export function withReleases(error: ClientError, { key, api }: RequestMessage, { brokers, options }: Cluster): ClientError {
  const needed = releasesWith(key)
  const asked = [...brokers.discovered, ...brokers.seeds].find(({ versions }) => versions)?.versions
  const found = options.maxVersions ?? (asked && new Map([...asked].map(([key, { max }]) => [key, max])))
  if (!needed || !found || found.has(key)) return error
  const what = options.maxVersions ? 'maxVersions is that of' : 'this cluster speaks as'
  const { code, message, cause } = error
  return new ClientError(code, `${message}; ${api} is in Kafka ${needed}, ${what} ${versionGuess(found)}`, { cause })
}
