import type { Uuid } from '../bytes/uuid.js'
import type { PartitionAnswer, ProduceAnswer } from './sink.js'

/** What acks=0 stands for: no answer, offsets that count from 0 within the batch. */
const unacknowledged: PartitionAnswer = {
  index: 0,
  errorCode: 0,
  baseOffset: 0n,
  logAppendTimeMs: -1n,
  logStartOffset: -1n,
  recordErrors: [],
  errorMessage: null,
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
}

/** An answer to Produce by topic and partition. What was not asked is ignored; of what comes twice the first counts. */
export class PartitionAnswers {
  readonly #topics = new Map<string, Map<number, PartitionAnswer>>()

  constructor(
    private readonly answer: ProduceAnswer | undefined,
    private readonly ids: ReadonlyMap<string, Uuid>,
  ) {
    for (const { name, topicId, partitionResponses } of answer?.responses ?? []) {
      const topic = name === '' ? topicId : name
      let partitions = this.#topics.get(topic)
      if (!partitions) this.#topics.set(topic, (partitions = new Map()))
      for (const p of partitionResponses) if (!partitions.has(p.index)) partitions.set(p.index, p)
    }
  }

  of(topic: string, partition: number): PartitionAnswer | undefined {
    if (!this.answer) return unacknowledged
    const found = this.#topics.get(topic) ?? this.#topics.get(this.ids.get(topic) ?? '')
    return found?.get(partition)
  }
}
