import { AlterReplicaLogDirsRequest } from '../../protocol/api/alter-replica-log-dirs.js'
import { errnoOf } from '../../protocol/errors.js'
import { logDir } from './describe-configs.js'
import { handler, type RequestContext } from './handler.js'

/** Moves replicas between a broker's directories (KIP-113), of which there is one here: any other is not online. */
export const alterReplicaLogDirs = handler(AlterReplicaLogDirsRequest, {
  versions: [1, 2],
  legacy: [0, 2],
  needs: 'ALTER',
  handle: (context, { dirs }) => ({
    throttleTimeMs: 0,
    results: dirs.flatMap(({ path, topics }) =>
      topics.map(({ name, partitions }) => ({
        topicName: name,
        partitions: partitions.map(partitionIndex => ({ partitionIndex, errorCode: move(context, path, name, partitionIndex) })),
      })),
    ),
  }),
  failure: ({ dirs }, errorCode) => ({
    throttleTimeMs: 0,
    results: dirs.flatMap(({ topics }) =>
      topics.map(({ name, partitions }) => ({
        topicName: name,
        partitions: partitions.map(partitionIndex => ({ partitionIndex, errorCode })),
      })),
    ),
  }),
})

function move({ cluster, broker }: RequestContext, path: string, topic: string, index: number): number {
  if (path !== logDir(broker.id)) return errnoOf('LOG_DIR_NOT_FOUND')
  return cluster.partition(topic, index)?.replicas.includes(broker.id) ? 0 : errnoOf('REPLICA_NOT_AVAILABLE')
}
