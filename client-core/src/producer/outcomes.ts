import type { Cluster } from '../cluster/cluster.js'
import { ClientError } from '../error.js'
import { errorForCode, KafkaError } from '../protocol/errors.js'
import { RecordAttrs } from '../records/record.js'
import { judge } from './answers.js'
import type { Batch } from './batch.js'
import type { Deliveries } from './deliveries.js'
import { isFinal } from './final.js'
import type { ResolvedProducerOptions } from './options.js'
import type { PartitionQueue } from './partition-queue.js'
import { noProducer, type ProducerId } from './producer-id.js'
import { type BatchResult, failedResult } from './record.js'
import type { PartitionAnswer, ProduceAnswer, Sent, Sink } from './sink.js'
import type { Timers } from './timers.js'

interface Owner {
  readonly isStopped: boolean
  readonly cluster: Cluster
  readonly options: ResolvedProducerOptions
  /** Puts the queue on the sink of the leader that is known now. */
  assign(queue: PartitionQueue): void
  /** Fails the queue if its time has come. Returns whether it did. */
  expire(queue: PartitionQueue): boolean
  /** Nothing can be produced any more. */
  stopProducing(error: Error): void
}

/** How often in a row a partition follows hints to other leaders, or begins a new epoch, without a pause. */
const withoutPause = 3

/** What answers mean for the batches that they answer. `answers.ts` has the table. */
export class Outcomes {
  constructor(
    private readonly owner: Owner,
    private readonly id: ProducerId,
    private readonly deliveries: Deliveries,
    private readonly timers: Timers,
  ) {}

  answered(sink: Sink, { queue, batch }: Sent, answer: PartitionAnswer, nodes: ProduceAnswer['nodeEndpoints']): void {
    queue.inflight--
    if (queue.batches[0] !== batch || queue.drained === 0) return this.#ignored(queue)
    this.#judged(sink, queue, batch, answer, nodes)
    this.owner.expire(queue)
  }

  #judged(sink: Sink, queue: PartitionQueue, batch: Batch, answer: PartitionAnswer, nodes: ProduceAnswer['nodeEndpoints']): void {
    const verdict = judge(answer, queue.lastAckedOffset)
    if (verdict.do === 'finish') return this.#finish(sink, queue, answer)
    const error = toError(answer, queue)
    queue.lastError = error
    switch (verdict.do) {
      case 'new-epoch':
        return this.#beginEpoch(queue, batch, error)
      case 'data-loss':
        return this.#dataLoss(queue, batch, error)
      case 'move':
        return this.#move(queue, verdict.leader, verdict.leaderEpoch, nodes)
      case 'retry':
        if (verdict.unsure) batch.unsure = true
        if (verdict.unknownTopic && this.#isUnknownForGood(queue)) return this.failAll(queue, error)
        return this.#retry(queue, verdict.metadata)
      case 'fail':
        return this.failAll(queue, error)
    }
  }

  unanswered(sink: Sink, { queue, batch }: Sent, error: Error, leftOut: boolean): void {
    queue.inflight--
    if (queue.batches[0] !== batch || queue.drained === 0) return this.#ignored(queue)
    queue.lastError = error
    if (isFinal(error)) return this.failAll(queue, error)
    if (leftOut) return this.#retry(queue, true)
    queue.rewind()
    // The old leader's sink pauses; a new leader's need not.
    if (!this.owner.expire(queue) && queue.sink !== sink) queue.sink?.kick()
  }

  /** An earlier batch has broken the chain, or the records were given up. Something may have waited for the answer all the same. */
  #ignored(queue: PartitionQueue): void {
    if (!this.owner.expire(queue)) queue.sink?.kick()
  }

  #finish(sink: Sink, queue: PartitionQueue, answer: PartitionAnswer): void {
    const batch = queue.shift()
    if (queue.sink === sink) queue.okOnSink = true
    queue.succeeded()
    if (answer.baseOffset >= 0n) queue.lastAckedOffset = answer.baseOffset + BigInt(batch.count) - 1n
    this.deliveries.batch(batch, resultOf(queue, batch, answer))
    const { hooks, brokers } = this.owner.cluster
    hooks.onProduceBatchWritten?.({
      broker: brokers.byId(sink.nodeId)?.metadata ?? { nodeId: sink.nodeId, host: '', port: 0 },
      topic: queue.topic,
      partition: queue.partition,
      numRecords: batch.count,
      uncompressedBytes: batch.uncompressedBytes,
      compressedBytes: batch.compressedBytes,
      compressionType: batch.compressionType,
    })
    // Without an answer nobody knows when the bytes have left.
    if (this.owner.options.acks !== 'none') batch.release()
    queue.sink?.kick()
  }

  #isUnknownForGood(queue: PartitionQueue): boolean {
    const { unknownTopicRetries } = this.owner.options
    return unknownTopicRetries >= 0 && ++queue.unknownTopicTries > unknownTopicRetries
  }

  /** Sends again after fresh metadata, at once the first time, or after a pause alone; longer each time that it did not help. */
  #retry(queue: PartitionQueue, needsMetadata: boolean): void {
    queue.rewind()
    if (this.owner.expire(queue)) return
    queue.failing = true
    queue.failures++
    const { cluster } = this.owner
    const pauseMs = cluster.retries.pauseAfter(needsMetadata ? queue.failures - 1 : queue.failures)
    const go = () => {
      queue.failing = false
      if (this.owner.isStopped) return
      this.owner.assign(queue)
      queue.sink?.kick()
    }
    const refresh = () => void cluster.refreshMetadata().then(go, go)
    if (!needsMetadata) this.timers.after(pauseMs, go)
    else if (queue.failures === 1) refresh()
    else this.timers.after(pauseMs, refresh)
  }

  #move(queue: PartitionQueue, leader: number, leaderEpoch: number, nodes: ProduceAnswer['nodeEndpoints']): void {
    const { cluster } = this.owner
    cluster.brokers.merge(
      nodes.map(n => ({ nodeId: n.nodeId, host: n.host, port: n.port, rack: n.rack ?? undefined })),
      false,
    )
    cluster.metadata.hint(queue.topic, queue.partition, leader, leaderEpoch)
    const known = cluster.metadata.topic(queue.topic)?.partitions[queue.partition]?.leader
    // A hint that names the leader in use, or nobody we can reach, or the next of a ring, would make us spin.
    const isNews = known === leader && queue.sink?.nodeId !== leader && cluster.brokers.byId(leader) !== undefined
    if (!isNews || queue.failures >= withoutPause) return this.#retry(queue, true)
    queue.failures++
    queue.rewind()
    this.owner.assign(queue)
    queue.sink?.kick()
  }

  /** The broker has lost track of us, without harm: all of the queue is numbered anew. */
  #beginEpoch(queue: PartitionQueue, batch: Batch, error: Error): void {
    if (batch.identity === noProducer) return this.failAll(queue, error)
    this.id.bump(batch.identity)
    queue.renumber()
    if (queue.failures >= withoutPause) return this.#retry(queue, false)
    queue.failures++
    queue.sink?.kick()
  }

  #dataLoss(queue: PartitionQueue, batch: Batch, error: KafkaError): void {
    const { stopOnDataLoss, onDataLoss } = this.owner.options
    const { topic, partition } = queue
    if (stopOnDataLoss) {
      const message = `${topic} partition ${partition}: the broker lost records (${error.code}); stopOnDataLoss ends producing`
      const lost = new ClientError('DATA_LOSS', message, { cause: error })
      this.failAll(queue, lost)
      return this.owner.stopProducing(lost)
    }
    const { logger } = this.owner.cluster
    logger.log('warn', 'a broker lost records', { broker: queue.sink?.nodeId, api: 'Produce', topic, partition, error })
    if (onDataLoss && batch.identity !== noProducer) {
      queueMicrotask(() => {
        try {
          onDataLoss(topic, partition)
        } catch (thrown) {
          logger.log('error', 'onDataLoss threw', { error: thrown })
        }
      })
    }
    this.#beginEpoch(queue, batch, error)
  }

  /** Fails everything that the partition has buffered: behind a gap in the sequence nothing can be written. */
  failAll(queue: PartitionQueue, error: Error): void {
    this.owner.cluster.clock.clearTimeout(queue.linger)
    queue.linger = undefined
    const batches = queue.takeAll()
    // The broker may have a batch of ours that we call failed: under a new epoch its sequence cannot be taken for another batch's (issue 1484 of kgo).
    for (const { written, identity } of batches) if (written) this.id.bump(identity)
    for (const batch of batches) this.deliveries.batch(batch, failedResult(queue.topic, queue.partition), error)
  }
}

function toError(answer: PartitionAnswer, queue: PartitionQueue): KafkaError {
  const detail = answer.errorMessage ?? answer.recordErrors.find(e => e.batchIndexErrorMessage)?.batchIndexErrorMessage
  const why = detail ?? errorForCode(answer.errorCode).description
  return new KafkaError(answer.errorCode, `${queue.topic} partition ${queue.partition} was not written: ${why}`)
}

function resultOf(queue: PartitionQueue, batch: Batch, answer: PartitionAnswer): BatchResult {
  const { id, epoch } = batch.identity ?? noProducer
  return {
    topic: queue.topic,
    partition: queue.partition,
    baseOffset: answer.baseOffset,
    logAppendTimeMs: answer.logAppendTimeMs,
    attrs: new RecordAttrs(batch.attributes | (answer.logAppendTimeMs >= 0n ? 0x08 : 0)),
    producerId: id,
    producerEpoch: epoch,
  }
}
