/** Records behind the end of each partition, as the last answer said; -1n where none said it yet. */
export type Lags = ReadonlyMap<string, ReadonlyMap<number, bigint>>

/** Topics, and partitions of topics, in the order in which they are to be asked for. What is left out keeps its order, behind the rest. */
export interface FetchOrder {
  topics?: readonly string[]
  partitions?: ReadonlyMap<string, readonly number[]>
}

/**
 * Says in which order partitions are fetched. Brokers fill an answer in the order of the request until its limits are reached, so that what comes
 * first is served first. `topics` and `partitions`: the order as it would be.
 */
export type PreferLagFn = (lags: Lags, topics: readonly string[], partitions: ReadonlyMap<string, readonly number[]>) => FetchOrder

/**
 * Topics that lag by more than `lag` records over all partitions come first, the one that lags most before the others; and so do partitions in
 * their topic. With 0n partitions that hardly lag at all would no longer take turns.
 */
export function preferLagAt(lag: bigint | number): PreferLagFn {
  const least = BigInt(lag)
  return lags => {
    const topics = new Map([...lags].map(([topic, partitions]) => [topic, total(partitions.values())]))
    return {
      topics: above(topics, least),
      partitions: new Map([...lags].map(([topic, partitions]) => [topic, above(partitions, least)])),
    }
  }
}

function total(lags: Iterable<bigint>): bigint {
  let sum = 0n
  for (const lag of lags) if (lag > 0n) sum += lag
  return sum
}

/** The keys whose lag is above `least`, the largest first. */
function above<K>(lags: ReadonlyMap<K, bigint>, least: bigint): K[] {
  const found = [...lags].filter(([, lag]) => lag > least)
  return found.sort(([, a], [, b]) => (a > b ? -1 : a < b ? 1 : 0)).map(([key]) => key)
}
