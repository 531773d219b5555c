import { type Uuid, zeroUuid } from '../bytes/uuid.js'
import type { Offset } from './offset.js'
import type { Source } from './source.js'

/**
 * One consumed partition and where it is. A cursor is `idle` when it may be put into a fetch, `fetching` until what the fetch brought was polled,
 * `loading` while its position is asked for, `stopped` after an error that only `setOffsets` can mend.
 */
export class Cursor {
  state: 'idle' | 'fetching' | 'loading' | 'stopped' = 'loading'
  /** The next offset to fetch; meaningless while an offset is looked up. */
  offset = 0n
  /** The epoch of the leader that wrote the last record given out; -1 before the first. */
  lastEpoch = -1
  /** Of the last record that was given out, or of the next where that lies in the same batch, in ms; -1n before the first one. */
  lastTimestamp = -1n
  /** Where to begin, while `loading`. */
  wanted: Offset
  /** `loading`: the position is known, and whether the log still has what comes before it is asked (KIP-320). */
  validating = false
  /** The era that its position is being asked for. */
  askedEra = -1
  /** The position that the log did not have, while the one to go on from is looked up. */
  outOfRange: bigint | undefined
  /** The leader epoch that the position was last right under; -1 before the first. */
  leaderEpoch = -1
  /** The topic's id when the partition was first seen. It stays: a topic that was made anew under the same name is another one. */
  topicId: Uuid = zeroUuid
  /** The broker that is asked: the leader, or a replica nearer to us (KIP-392). */
  source: Source | undefined
  /** Replica to prefer over the leader; -1 for none. */
  preferredReplica = -1
  /** When the leader named it, in ms. */
  preferredAt = 0
  /** As the last answer said; -1n before the first. */
  highWatermark = -1n
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
