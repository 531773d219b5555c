import { DescribeLogDirsRequest } from '../../protocol/api/describe-log-dirs.js'
import type { Topic } from '../state/topic.js'
import { logDir } from './describe-configs.js'
import { handler, type RequestContext } from './handler.js'

/** The volume that a sandbox broker pretends to have. */
const VOLUME_BYTES = 500_000_000_000n

/** The replicas that this broker holds and their sizes (KIP-113). v4: the volume (KIP-827). */
export const describeLogDirs = handler(DescribeLogDirsRequest, {
  versions: [1, 5],
  legacy: [0, 5],
  needs: 'DESCRIBE',
  handle(context, request) {
    const { cluster, broker } = context
    const asked = request.topics && new Map(request.topics.map(({ topic, partitions }) => [topic, new Set(partitions)]))
    const all = [...cluster.topics.values()].map(topic => replicasOf(context, topic))
    const used = all.flatMap(({ partitions }) => partitions).reduce((sum, { partitionSize }) => sum + partitionSize, 0n)
    const topics = all
      .map(({ name, partitions }) => ({
        name,
        partitions: partitions.filter(({ partitionIndex }) => !asked || asked.get(name)?.has(partitionIndex)),
      }))
      .filter(({ partitions }) => partitions.length > 0)
    const dir = { errorCode: 0, logDir: logDir(broker.id), topics, totalBytes: VOLUME_BYTES, usableBytes: VOLUME_BYTES - used }
    return { throttleTimeMs: 0, errorCode: 0, results: [dir] }
  },
  // Before v3 the error stands at the directory.
  failure: (_, code, version) => {
    const dir = { errorCode: code, logDir: '', topics: [] }
    return { throttleTimeMs: 0, errorCode: version >= 3 ? code : 0, results: version >= 3 ? [] : [dir] }
  },
})

function replicasOf({ broker }: RequestContext, { name, partitions }: Topic) {
  const here = partitions.filter(partition => partition.replicas.includes(broker.id))
  return {
    name,
    partitions: here.map(({ index, log }) => ({
      partitionIndex: index,
      partitionSize: BigInt(log.sizeBytes),
      offsetLag: 0n,
      isFutureKey: false,
    })),
  }
}
