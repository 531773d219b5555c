import type { AddPartitionsToTxnRequest, AddPartitionsToTxnResponse } from '../../protocol/api/add-partitions-to-txn.js'
import type { DescribeTransactionsRequest, DescribeTransactionsResponse } from '../../protocol/api/describe-transactions.js'
import type { Cluster } from '../cluster.js'
import { byCoordinator, notCoordinated } from './coordinators.js'
import { isStale, maxThrottle, type Sharder } from './sharder.js'

async function forgetTransactions(cluster: Cluster, ids: readonly string[]): Promise<void> {
  for (const id of ids) cluster.coordinators.forget('transaction', id)
}

export const describeTransactions: Sharder<DescribeTransactionsRequest, DescribeTransactionsResponse> = {
  isBound: true,
  split: (cluster, body) =>
    byCoordinator(cluster, body.transactionalIds, transactionalIds => ({ ...body, transactionalIds }), 'transaction'),
  refused: (answer, body) =>
    notCoordinated(
      body.transactionalIds,
      answer.transactionStates,
      t => t.transactionalId,
      transactionalIds => ({ ...body, transactionalIds }),
      transactionStates => ({ ...answer, transactionStates }),
    ),
  forget: (cluster, body) => forgetTransactions(cluster, body.transactionalIds),
  merge: answers => ({
    ...answers[0],
    throttleTimeMs: maxThrottle(answers),
    transactionStates: answers.flatMap(a => a.transactionStates),
  }),
}

const idsOf = ({ transactions, v3AndBelowTransactionalId: old }: AddPartitionsToTxnRequest): string[] =>
  transactions ? transactions.map(t => t.transactionalId) : old === undefined ? [] : [old]

const only = (body: AddPartitionsToTxnRequest, ids: readonly string[]): AddPartitionsToTxnRequest =>
  body.transactions ? { transactions: body.transactions.filter(t => ids.includes(t.transactionalId)) } : body

type Results = AddPartitionsToTxnResponse['resultsByTopicV3AndBelow']
/** The worst that is said of a transaction: its coordinator refuses it whole. */
const codeOf = (topics: Results): number => topics.flatMap(t => t.resultsByPartition.map(p => p.partitionErrorCode)).find(isStale) ?? 0

/**
 * Asked for in one of two forms: of several transactions (`transactions`: v4, KIP-890), for which a broker that lacks it is asked one by one; or of
 * one in the fields of old. One transaction goes in the old form whatever was asked: secured clusters let brokers alone use v4.
 */
export const addPartitionsToTxn: Sharder<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse> = {
  isBound: true,
  split: (cluster, body) => byCoordinator(cluster, idsOf(body), ids => only(body, ids), 'transaction'),
  refused: (answer, body) => {
    if (isStale(answer.errorCode) || isStale(codeOf(answer.resultsByTopicV3AndBelow))) return { again: body }
    return notCoordinated(
      idsOf(body),
      answer.resultsByTransaction.map(part => ({ part, errorCode: codeOf(part.topicResults) })),
      ({ part }) => part.transactionalId,
      ids => only(body, ids),
      parts => ({ ...answer, resultsByTransaction: parts.map(({ part }) => part) }),
    )
  },
  forget: (cluster, body) => forgetTransactions(cluster, idsOf(body)),
  // `verifyOnly` has no place in the old form.
  pin: ({ transactions = [] }) => (transactions.length > 1 || transactions.some(t => t.verifyOnly) ? { min: 4 } : { max: 3 }),
  fit: (body, version) => {
    if (version >= 4 || !body.transactions?.length) return body
    const [{ transactionalId, producerId, producerEpoch, topics }] = body.transactions
    return {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: topics,
    }
  },
  read: (answer, { transactions }) => {
    if (!transactions?.length || answer.resultsByTransaction.length > 0) return answer
    const [{ transactionalId }] = transactions
    const resultsByTransaction = [{ transactionalId, topicResults: answer.resultsByTopicV3AndBelow }]
    return { ...answer, resultsByTransaction, resultsByTopicV3AndBelow: [] }
  },
  singles: ({ transactions = [] }) => transactions.map(t => ({ transactions: [t] })),
  merge: answers => ({
    ...answers[0],
    throttleTimeMs: maxThrottle(answers),
    resultsByTransaction: answers.flatMap(a => a.resultsByTransaction),
  }),
}
