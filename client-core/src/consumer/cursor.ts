import type { Offset } from './offset.js'
import type { Source } from './source.js'

/**
 * One consumed partition and where it is. A cursor is `idle` when it may be put into a fetch, `fetching` until what the fetch brought was polled,
 * `loading` while its offset is looked up, `stopped` after an error that only `setOffsets` can mend.
 */
export class Cursor {
  state: 'idle' | 'fetching' | 'loading' | 'stopped' = 'loading'
  /** The next offset to fetch; meaningless while `loading`. */
  offset = 0n
  /** The epoch of the leader that wrote the last record given out; -1 before the first. */
  lastEpoch = -1
  /** Where to begin, while `loading`. */
  wanted: Offset
  /** The position that the log did not have, while the one to go on from is looked up. */
  outOfRange: bigint | undefined
  /** The broker that is asked: the leader, or a replica nearer to us (KIP-392). */
  source: Source | undefined
  /** Replica to prefer over the leader; -1 for none. */
  preferredReplica = -1
  /** Counts up when the position is set from outside: what was fetched for the old one is thrown away. */
  era = 0
  /** Answers in a row in which the topic id was not known: the topic may have been created anew. */
  unknownTopicIds = 0

  constructor(
    readonly topic: string,
    readonly partition: number,
    wanted: Offset,
  ) {
    this.wanted = wanted
  }
}
