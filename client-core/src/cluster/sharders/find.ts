import { listOffsets, offsetForLeaderEpoch } from './leaders.js'
import type { Sharder } from './sharder.js'

/** What every consumer needs. */
const usual = new Map<number, Sharder>([
  [2, listOffsets as Sharder],
  [23, offsetForLeaderEpoch as Sharder],
])
const rare = new Set([9, 10, 15, 16, 21, 24, 27, 32, 33, 34, 35, 42, 44, 61, 65, 66, 69, 77, 89, 90])

/** How requests of an API are split; undefined when they are not. */
export async function sharderOf(apiKey: number): Promise<Sharder | undefined> {
  if (!rare.has(apiKey)) return usual.get(apiKey)
  const { rareSharders } = await import('./table.js')
  return rareSharders.get(apiKey)
}
