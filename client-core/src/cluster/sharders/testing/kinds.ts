import { zeroUuid } from '../../../bytes/uuid.js'
import { AddPartitionsToTxnRequest } from '../../../protocol/api/add-partitions-to-txn.js'
import { ConsumerGroupDescribeRequest } from '../../../protocol/api/consumer-group-describe.js'
import { DeleteGroupsRequest } from '../../../protocol/api/delete-groups.js'
import { DeleteRecordsRequest } from '../../../protocol/api/delete-records.js'
import { DescribeGroupsRequest } from '../../../protocol/api/describe-groups.js'
import { DescribeProducersRequest } from '../../../protocol/api/describe-producers.js'
import { DescribeShareGroupOffsetsRequest } from '../../../protocol/api/describe-share-group-offsets.js'
import { DescribeTransactionsRequest } from '../../../protocol/api/describe-transactions.js'
import { ListOffsetsRequest } from '../../../protocol/api/list-offsets.js'
import { OffsetFetchRequest } from '../../../protocol/api/offset-fetch.js'
import { OffsetForLeaderEpochRequest } from '../../../protocol/api/offset-for-leader-epoch.js'
import { ShareGroupDescribeRequest } from '../../../protocol/api/share-group-describe.js'
import { WriteTxnMarkersRequest } from '../../../protocol/api/write-txn-markers.js'
import type { Input, Output, RequestMessage, ResponseTo } from '../../../protocol/message.js'

/** What a request is about, by name (`orders 0` is a partition), with the error code that it is answered with. */
export type Told = [thing: string, code: number][]

/** A request that whoever leads or coordinates has to answer, in the terms of the things that it is about. */
export interface Kind<M extends RequestMessage = RequestMessage> {
  message: M
  owner: 'leader' | 'group' | 'transaction'
  body(things: readonly string[]): Input<M>
  asked(request: Output<M>): string[]
  answer(told: Told, version: number): Input<M['response']>
  told(response: ResponseTo<M>): Told
}
/** Kinds of all APIs in one table: each is asked about its own API alone. */
const kind = <M extends RequestMessage>(of: Kind<M>): Kind => of as unknown as Kind

const partitionOf = (thing: string): number => Number(thing.split(' ')[1])
const topicOf = (thing: string): string => thing.split(' ')[0]
function topics<T, P>(told: Told, toPartition: (index: number, code: number) => P, toTopic: (name: string, partitions: P[]) => T): T[] {
  const names = [...new Set(told.map(([thing]) => topicOf(thing)))].sort()
  return names.map(name =>
    toTopic(
      name,
      told.filter(([thing]) => topicOf(thing) === name).map(([thing, code]) => toPartition(partitionOf(thing), code)),
    ),
  )
}
const asking = (things: readonly string[]): Told => things.map(thing => [thing, 0])

const producerId = 7n
const description = { errorMessage: null, groupState: 'Stable', groupEpoch: 1, assignmentEpoch: 1, assignorName: 'x', members: [] }
const transaction = { producerId, producerEpoch: 1, verifyOnly: false, topics: [{ name: 'orders', partitions: [0] }] }

export const kinds: readonly Kind[] = [
  kind({
    message: ListOffsetsRequest,
    owner: 'leader',
    body: things => ({
      replicaId: -1,
      topics: topics(
        asking(things),
        partitionIndex => ({ partitionIndex, timestamp: -1n }),
        (name, partitions) => ({ name, partitions }),
      ),
    }),
    asked: request => request.topics.flatMap(t => t.partitions.map(p => `${t.name} ${p.partitionIndex}`)),
    answer: told => ({
      topics: topics(
        told,
        (partitionIndex, errorCode) => ({ partitionIndex, errorCode, timestamp: -1n, offset: 5n, leaderEpoch: 0 }),
        (name, partitions) => ({ name, partitions }),
      ),
    }),
    told: response => response.topics.flatMap(t => t.partitions.map((p): Told[0] => [`${t.name} ${p.partitionIndex}`, p.errorCode])),
  }),
  kind({
    message: DeleteRecordsRequest,
    owner: 'leader',
    body: things => ({
      timeoutMs: 1_000,
      topics: topics(
        asking(things),
        partitionIndex => ({ partitionIndex, offset: 1n }),
        (name, partitions) => ({ name, partitions }),
      ),
    }),
    asked: request => request.topics.flatMap(t => t.partitions.map(p => `${t.name} ${p.partitionIndex}`)),
    answer: told => ({
      throttleTimeMs: 0,
      topics: topics(
        told,
        (partitionIndex, errorCode) => ({ partitionIndex, lowWatermark: 1n, errorCode }),
        (name, partitions) => ({ name, partitions }),
      ),
    }),
    told: response => response.topics.flatMap(t => t.partitions.map((p): Told[0] => [`${t.name} ${p.partitionIndex}`, p.errorCode])),
  }),
  kind({
    message: OffsetForLeaderEpochRequest,
    owner: 'leader',
    body: things => ({
      topics: topics(
        asking(things),
        partition => ({ partition, leaderEpoch: 0 }),
        (topic, partitions) => ({ topic, partitions }),
      ),
    }),
    asked: request => request.topics.flatMap(t => t.partitions.map(p => `${t.topic} ${p.partition}`)),
    answer: told => ({
      topics: topics(
        told,
        (partition, errorCode) => ({ partition, errorCode, leaderEpoch: 0, endOffset: 3n }),
        (topic, partitions) => ({ topic, partitions }),
      ),
    }),
    told: response => response.topics.flatMap(t => t.partitions.map((p): Told[0] => [`${t.topic} ${p.partition}`, p.errorCode])),
  }),
  kind({
    message: DescribeProducersRequest,
    owner: 'leader',
    body: things => ({
      topics: topics(
        asking(things),
        partition => partition,
        (name, partitionIndexes) => ({ name, partitionIndexes }),
      ),
    }),
    asked: request => request.topics.flatMap(t => t.partitionIndexes.map(p => `${t.name} ${p}`)),
    answer: told => ({
      throttleTimeMs: 0,
      topics: topics(
        told,
        (partitionIndex, errorCode) => ({ partitionIndex, errorCode, errorMessage: null, activeProducers: [] }),
        (name, partitions) => ({ name, partitions }),
      ),
    }),
    told: response => response.topics.flatMap(t => t.partitions.map((p): Told[0] => [`${t.name} ${p.partitionIndex}`, p.errorCode])),
  }),
  kind({
    message: WriteTxnMarkersRequest,
    owner: 'leader',
    body: things => {
      const of = topics(
        asking(things),
        partition => partition,
        (name, partitionIndexes) => ({ name, partitionIndexes }),
      )
      return {
        markers: of.length === 0 ? [] : [{ producerId, producerEpoch: 1, transactionResult: false, coordinatorEpoch: 2, topics: of }],
      }
    },
    asked: request => request.markers.flatMap(m => m.topics.flatMap(t => t.partitionIndexes.map(p => `${t.name} ${p}`))),
    answer: told => {
      const of = topics(
        told,
        (partitionIndex, errorCode) => ({ partitionIndex, errorCode }),
        (name, partitions) => ({ name, partitions }),
      )
      return { markers: of.length === 0 ? [] : [{ producerId, topics: of }] }
    },
    told: response =>
      response.markers.flatMap(m =>
        m.topics.flatMap(t => t.partitions.map((p): Told[0] => [`${t.name} ${p.partitionIndex}`, p.errorCode])),
      ),
  }),
  kind({
    message: OffsetFetchRequest,
    owner: 'group',
    body: things => ({ groups: things.map(groupId => ({ groupId, topics: null })) }),
    asked: request => request.groups.map(g => g.groupId),
    answer: told => ({ groups: told.map(([groupId, errorCode]) => ({ groupId, errorCode, topics: [] })) }),
    told: response => response.groups.map(g => [g.groupId, g.errorCode]),
  }),
  kind({
    message: DescribeGroupsRequest,
    owner: 'group',
    body: groups => ({ groups, includeAuthorizedOperations: false }),
    asked: request => [...request.groups],
    answer: told => ({
      groups: told.map(([groupId, errorCode]) => ({
        groupId,
        errorCode,
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
        members: [],
      })),
    }),
    told: response => response.groups.map(g => [g.groupId, g.errorCode]),
  }),
  kind({
    message: DeleteGroupsRequest,
    owner: 'group',
    body: groupsNames => ({ groupsNames }),
    asked: request => [...request.groupsNames],
    answer: told => ({ throttleTimeMs: 0, results: told.map(([groupId, errorCode]) => ({ groupId, errorCode })) }),
    told: response => response.results.map(g => [g.groupId, g.errorCode]),
  }),
  kind({
    message: ConsumerGroupDescribeRequest,
    owner: 'group',
    body: groupIds => ({ groupIds, includeAuthorizedOperations: false }),
    asked: request => [...request.groupIds],
    answer: told => ({ throttleTimeMs: 0, groups: told.map(([groupId, errorCode]) => ({ ...description, groupId, errorCode })) }),
    told: response => response.groups.map(g => [g.groupId, g.errorCode]),
  }),
  kind({
    message: ShareGroupDescribeRequest,
    owner: 'group',
    body: groupIds => ({ groupIds, includeAuthorizedOperations: false }),
    asked: request => [...request.groupIds],
    answer: told => ({ throttleTimeMs: 0, groups: told.map(([groupId, errorCode]) => ({ ...description, groupId, errorCode })) }),
    told: response => response.groups.map(g => [g.groupId, g.errorCode]),
  }),
  kind({
    message: DescribeShareGroupOffsetsRequest,
    owner: 'group',
    body: things => ({ groups: things.map(groupId => ({ groupId, topics: null })) }),
    asked: request => request.groups.map(g => g.groupId),
    answer: told => ({
      throttleTimeMs: 0,
      groups: told.map(([groupId, errorCode]) => ({
        groupId,
        errorCode,
        topics: [{ topicName: 'orders', topicId: zeroUuid, partitions: [] }],
      })),
    }),
    told: response => response.groups.map(g => [g.groupId, g.errorCode]),
  }),
  kind({
    message: DescribeTransactionsRequest,
    owner: 'transaction',
    body: transactionalIds => ({ transactionalIds }),
    asked: request => [...request.transactionalIds],
    answer: told => ({
      throttleTimeMs: 0,
      transactionStates: told.map(([transactionalId, errorCode]) => ({
        errorCode,
        transactionalId,
        transactionState: 'Ongoing',
        transactionTimeoutMs: 1,
        transactionStartTimeMs: 2n,
        producerId,
        producerEpoch: 1,
        topics: [],
      })),
    }),
    told: response => response.transactionStates.map(t => [t.transactionalId, t.errorCode]),
  }),
  kind({
    message: AddPartitionsToTxnRequest,
    owner: 'transaction',
    body: things => ({ transactions: things.map(transactionalId => ({ ...transaction, transactionalId })) }),
    asked: request =>
      request.transactions.length > 0
        ? request.transactions.map(t => t.transactionalId)
        : [request.v3AndBelowTransactionalId].filter(id => id !== ''),
    answer: (told, version) => {
      const results = (code: number) => [{ name: 'orders', resultsByPartition: [{ partitionIndex: 0, partitionErrorCode: code }] }]
      if (version < 4) return { throttleTimeMs: 0, resultsByTopicV3AndBelow: told.flatMap(([, code]) => results(code)) }
      const resultsByTransaction = told.map(([transactionalId, code]) => ({ transactionalId, topicResults: results(code) }))
      return { throttleTimeMs: 0, errorCode: 0, resultsByTransaction }
    },
    told: response =>
      response.resultsByTransaction.map(t => [t.transactionalId, t.topicResults[0].resultsByPartition[0].partitionErrorCode]),
  }),
]
