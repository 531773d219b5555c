import type { RequestMessage } from '../../protocol/message.js'
import { alterClientQuotas } from './alter-client-quotas.js'
import { alterConfigs } from './alter-configs.js'
import { alterPartitionReassignments } from './alter-partition-reassignments.js'
import { alterReplicaLogDirs } from './alter-replica-log-dirs.js'
import { alterUserScramCredentials } from './alter-user-scram-credentials.js'
import { apiVersions } from './api-versions.js'
import { consumerGroupDescribe } from './consumer-group-describe.js'
import { createAcls } from './create-acls.js'
import { createDelegationToken } from './create-delegation-token.js'
import { createPartitions } from './create-partitions.js'
import { createTopics } from './create-topics.js'
import { deleteAcls } from './delete-acls.js'
import { deleteGroups } from './delete-groups.js'
import { deleteRecords } from './delete-records.js'
import { deleteTopics } from './delete-topics.js'
import { describeAcls } from './describe-acls.js'
import { describeClientQuotas } from './describe-client-quotas.js'
import { describeCluster } from './describe-cluster.js'
import { describeConfigs } from './describe-configs.js'
import { describeDelegationToken } from './describe-delegation-token.js'
import { describeGroups } from './describe-groups.js'
import { describeLogDirs } from './describe-log-dirs.js'
import { describeQuorum } from './describe-quorum.js'
import { describeTopicPartitions } from './describe-topic-partitions.js'
import { describeUserScramCredentials } from './describe-user-scram-credentials.js'
import { electLeaders } from './elect-leaders.js'
import { expireDelegationToken } from './expire-delegation-token.js'
import { fetch } from './fetch.js'
import { findCoordinator } from './find-coordinator.js'
import type { Handler } from './handler.js'
import { incrementalAlterConfigs } from './incremental-alter-configs.js'
import { initProducerId } from './init-producer-id.js'
import { listGroups } from './list-groups.js'
import { listOffsets } from './list-offsets.js'
import { listPartitionReassignments } from './list-partition-reassignments.js'
import { metadata } from './metadata.js'
import { offsetCommit } from './offset-commit.js'
import { offsetDelete } from './offset-delete.js'
import { offsetFetch } from './offset-fetch.js'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.js'
import { produce } from './produce.js'
import { renewDelegationToken } from './renew-delegation-token.js'
import { saslAuthenticate } from './sasl-authenticate.js'
import { saslHandshake } from './sasl-handshake.js'
import { updateFeatures } from './update-features.js'

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
  AlterConfigs: alterConfigs,
  IncrementalAlterConfigs: incrementalAlterConfigs,
  DeleteGroups: deleteGroups,
  OffsetDelete: offsetDelete,
  ElectLeaders: electLeaders,
  AlterPartitionReassignments: alterPartitionReassignments,
  ListPartitionReassignments: listPartitionReassignments,
  DescribeQuorum: describeQuorum,
  DescribeTopicPartitions: describeTopicPartitions,
  AlterReplicaLogDirs: alterReplicaLogDirs,
  DescribeAcls: describeAcls,
  CreateAcls: createAcls,
  DeleteAcls: deleteAcls,
  DescribeUserScramCredentials: describeUserScramCredentials,
  AlterUserScramCredentials: alterUserScramCredentials,
  DescribeClientQuotas: describeClientQuotas,
  AlterClientQuotas: alterClientQuotas,
  UpdateFeatures: updateFeatures,
  CreateDelegationToken: createDelegationToken,
  RenewDelegationToken: renewDelegationToken,
  ExpireDelegationToken: expireDelegationToken,
  DescribeDelegationToken: describeDelegationToken,
}

export type ApiName = keyof typeof handlers
/** The request of an API by its name. */
export type RequestOf<A extends ApiName> = (typeof handlers)[A] extends Handler<infer M> ? M : RequestMessage

export const handlersByKey: ReadonlyMap<number, Handler> = new Map(Object.values(handlers).map((each: Handler) => [each.message.key, each]))
