import type { Interceptions } from '../control/interceptions.js'
import type { ApiRange } from '../handlers/handler.js'
import { handlersByKey } from '../handlers/index.js'
import type { Broker } from '../state/broker.js'

export const API_VERSIONS_KEY = 18

export type Range = readonly [min: number, max: number]

/** The versions of an API that a broker answers: its handler's, within what the broker is told to offer. APIs that are only scripted count too. */
export function rangeOf(broker: Broker, interceptions: Interceptions, apiKey: number): Range | undefined {
  const handler = handlersByKey.get(apiKey)
  const own = (broker.oldVersions ? handler?.legacy : undefined) ?? handler?.versions ?? interceptions.scripted(apiKey)?.versions
  return within(own, broker.versions.get(apiKey))
}

/** What ApiVersions answers. */
export function offersOf(broker: Broker, interceptions: Interceptions): ApiRange[] {
  const ranges = new Map<number, Range>()
  for (const message of interceptions.messages) ranges.set(message.key, message.versions)
  for (const { message, versions, advertised, legacy } of handlersByKey.values())
    ranges.set(message.key, (broker.oldVersions ? legacy : undefined) ?? advertised ?? versions)
  return [...ranges]
    .sort(([a], [b]) => a - b)
    .flatMap(([apiKey, range]) => {
      const offered = within(range, broker.versions.get(apiKey))
      return offered ? [{ apiKey, minVersion: offered[0], maxVersion: offered[1] }] : []
    })
}

function within(own: Range | undefined, told: Range | null | undefined): Range | undefined {
  if (!own || told === null) return undefined
  if (!told) return own
  const range: Range = [Math.max(own[0], told[0]), Math.min(own[1], told[1])]
  return range[0] <= range[1] ? range : undefined
}
