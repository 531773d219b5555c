import { DescribeQuorumRequest } from '../../protocol/api/describe-quorum.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Cluster } from '../state/cluster.js'
import { handler, wordsFor } from './handler.js'

const METADATA_TOPIC = '__cluster_metadata'
const NO_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAA'

/** The KRaft quorum: here every broker is a voter, and the controller leads (KIP-595). v1: how far they are (KIP-836); v2: their endpoints (KIP-853). */
export const describeQuorum = handler(DescribeQuorumRequest, {
  versions: [0, 2],
  needs: 'DESCRIBE',
  handle({ cluster, listener }, { topics }, version) {
    const nodes = cluster.running.flatMap(({ id }) => {
      const address = listener.address(id)
      return address ? [{ nodeId: id, listeners: [{ name: 'CONTROLLER', ...address }] }] : []
    })
    const answers = topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) =>
        topicName === METADATA_TOPIC && partitionIndex === 0 ? quorum(cluster) : unknown(partitionIndex),
      ),
    }))
    return {
      errorCode: 0,
      errorMessage: '',
      topics: answers,
      ...(version >= 2 && { nodes: answers.some(({ partitions }) => partitions.some(isThere)) ? nodes : [] }),
    }
  },
  failure: (_, errorCode) => ({ errorCode, errorMessage: wordsFor(errorCode), topics: [] }),
})

const isThere = ({ errorCode }: { errorCode: number }) => errorCode === 0

const nobody = { leaderId: 0, leaderEpoch: 0, highWatermark: 0n, currentVoters: [], observers: [] }
const unknown = (partitionIndex: number) => ({
  ...nobody,
  partitionIndex,
  errorCode: errnoOf('UNKNOWN_TOPIC_OR_PARTITION'),
  errorMessage: 'This server does not host this topic-partition.',
})

function quorum(cluster: Cluster) {
  const now = BigInt(Math.floor(cluster.clock.now()))
  const logEndOffset = cluster.changes
  const currentVoters = cluster.running.map(({ id }) => ({
    ...{ replicaId: id, replicaDirectoryId: NO_DIRECTORY, logEndOffset },
    ...{ lastFetchTimestamp: now, lastCaughtUpTimestamp: now },
  }))
  const { controllerId: leaderId } = cluster
  return {
    ...nobody,
    partitionIndex: 0,
    errorCode: 0,
    errorMessage: '',
    leaderId,
    leaderEpoch: 1,
    highWatermark: logEndOffset,
    currentVoters,
  }
}
