import type { RequestMessage } from '../../protocol/message.js'
import { apiVersions } from './api-versions.js'
import { consumerGroupDescribe } from './consumer-group-describe.js'
import { createPartitions } from './create-partitions.js'
import { createTopics } from './create-topics.js'
import { deleteRecords } from './delete-records.js'
import { deleteTopics } from './delete-topics.js'
import { describeCluster } from './describe-cluster.js'
import { describeConfigs } from './describe-configs.js'
import { describeGroups } from './describe-groups.js'
import { describeLogDirs } from './describe-log-dirs.js'
import { fetch } from './fetch.js'
import { findCoordinator } from './find-coordinator.js'
import type { Handler } from './handler.js'
import { initProducerId } from './init-producer-id.js'
import { listGroups } from './list-groups.js'
import { listOffsets } from './list-offsets.js'
import { metadata } from './metadata.js'
import { offsetCommit } from './offset-commit.js'
import { offsetFetch } from './offset-fetch.js'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.js'
import { produce } from './produce.js'
import { saslAuthenticate } from './sasl-authenticate.js'
import { saslHandshake } from './sasl-handshake.js'

/** Every API that a sandbox broker answers, under its Kafka name. */
export const handlers = {
  Produce: produce,
  Fetch: fetch,
  ListOffsets: listOffsets,
  Metadata: metadata,
  OffsetCommit: offsetCommit,
  OffsetFetch: offsetFetch,
  FindCoordinator: findCoordinator,
  DescribeGroups: describeGroups,
  ListGroups: listGroups,
  SaslHandshake: saslHandshake,
  ApiVersions: apiVersions,
  CreateTopics: createTopics,
  DeleteTopics: deleteTopics,
  DeleteRecords: deleteRecords,
  InitProducerId: initProducerId,
  OffsetForLeaderEpoch: offsetForLeaderEpoch,
  DescribeConfigs: describeConfigs,
  SaslAuthenticate: saslAuthenticate,
  DescribeLogDirs: describeLogDirs,
  CreatePartitions: createPartitions,
  DescribeCluster: describeCluster,
  ConsumerGroupDescribe: consumerGroupDescribe,
}

export type ApiName = keyof typeof handlers
/** The request of an API by its name. */
export type RequestOf<A extends ApiName> = (typeof handlers)[A] extends Handler<infer M> ? M : RequestMessage

export const handlersByKey: ReadonlyMap<number, Handler> = new Map(Object.values(handlers).map((each: Handler) => [each.message.key, each]))
