import { errorForCode } from '../protocol/errors.js'
import type { PartitionAnswer } from './sink.js'

/** What an answer for one partition calls for. One row of the response table each (kgo's rules). */
export type Verdict =
  | { do: 'finish' }
  /** The broker lost track of our sequence, but of nothing that we have not had acknowledged: begin a new epoch. */
  | { do: 'new-epoch' }
  /** Records are gone. */
  | { do: 'data-loss' }
  /** The answer names the new leader (KIP-951). */
  | { do: 'move'; leader: number; leaderEpoch: number }
  /** Send again. `unsure`: it may have been written. `metadata`: not before metadata is fresh; otherwise only a pause helps. */
  | { do: 'retry'; unsure: boolean; metadata: boolean; unknownTopic: boolean }
  | { do: 'fail' }

const lostSequence = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_PRODUCER_EPOCH',
])
const perhapsWritten = new Set(['REQUEST_TIMED_OUT', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'])
const unknownTopic = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'])
/** It is the right broker: it needs time, not somebody else. */
const needsTime = new Set([...perhapsWritten, 'NOT_ENOUGH_REPLICAS', 'CONCURRENT_TRANSACTIONS', 'THROTTLING_QUOTA_EXCEEDED'])

export function judge(answer: PartitionAnswer, lastAckedOffset: bigint): Verdict {
  const { code, retriable } = errorForCode(answer.errorCode)
  if (answer.errorCode === 0 || code === 'DUPLICATE_SEQUENCE_NUMBER') return { do: 'finish' }
  if (lostSequence.has(code)) {
    // Retention or DeleteRecords took what we had acknowledged last, and with it the broker's memory of us.
    return { do: answer.logStartOffset > lastAckedOffset ? 'new-epoch' : 'data-loss' }
  }
  const { leaderId, leaderEpoch } = answer.currentLeader
  if (code === 'NOT_LEADER_OR_FOLLOWER' && leaderId >= 0) return { do: 'move', leader: leaderId, leaderEpoch }
  if (!retriable || code === 'CORRUPT_MESSAGE') return { do: 'fail' }
  return { do: 'retry', unsure: perhapsWritten.has(code), metadata: !needsTime.has(code), unknownTopic: unknownTopic.has(code) }
}
