/** Partitions in the order that `consumer.preferLag` asks for. Loaded with the option. */

import type { Logger } from '../hooks/logger.js'
import type { Cursor } from './cursor.js'
import type { PreferLagFn } from './prefer-lag.js'

/** What `prefer` does not name, or names though it is not asked for, changes nothing; nor does one that throws. */
export function inOrder(cursors: Cursor[], prefer: PreferLagFn, logger: Logger): Cursor[] {
  try {
    return preferred(cursors, prefer)
  } catch (error) {
    logger.log('error', 'consumer.preferLag threw; partitions are fetched in turn', { error })
    return cursors
  }
}

function preferred(cursors: readonly Cursor[], prefer: PreferLagFn): Cursor[] {
  const byTopic = new Map<string, Map<number, Cursor>>()
  for (const cursor of cursors) {
    const partitions = byTopic.get(cursor.topic) ?? new Map<number, Cursor>()
    byTopic.set(cursor.topic, partitions.set(cursor.partition, cursor))
  }
  const lags = new Map([...byTopic].map(([topic, all]) => [topic, new Map([...all].map(([p, c]) => [p, lagOf(c)]))]))
  const now = new Map([...byTopic].map(([topic, all]) => [topic, [...all.keys()]]))
  const { topics, partitions } = prefer(lags, [...now.keys()], now)
  return first([...now.keys()], topics).flatMap(topic =>
    first(now.get(topic)!, partitions?.get(topic)).map(partition => byTopic.get(topic)!.get(partition)!),
  )
}

const lagOf = ({ highWatermark, offset }: Cursor): bigint =>
  highWatermark < 0n ? -1n : highWatermark > offset ? highWatermark - offset : 0n

/** `all`, those in `named` first and in its order, each once. */
function first<T>(all: readonly T[], named: readonly T[] = []): T[] {
  const known = new Set(all)
  return [...new Set([...named.filter(key => known.has(key)), ...all])]
}
