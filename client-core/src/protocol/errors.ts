const yes = true
const no = false

/**
 * Every error code of Kafka 4.4: its number, whether Kafka's own client calls it retriable, and what it means. Retriable does not say how:
 * some ask for fresh metadata first (3, 5, 6, 74, 75), some for another coordinator (15, 16), some only for a pause.
 */
const table = {
  UNKNOWN_SERVER_ERROR: [-1, no, 'the broker failed in a way it has no code for; its log knows more'],
  NONE: [0, no, 'no error'],
  OFFSET_OUT_OF_RANGE: [1, no, 'the log has no such offset: it was deleted, or was never written'],
  CORRUPT_MESSAGE: [2, yes, 'the records have a wrong checksum or size, or no key in a compacted topic'],
  UNKNOWN_TOPIC_OR_PARTITION: [3, yes, 'the broker does not know this topic or partition (yet)'],
  INVALID_FETCH_SIZE: [4, no, 'the size to fetch is not valid'],
  LEADER_NOT_AVAILABLE: [5, yes, 'the partition has no leader at the moment'],
  NOT_LEADER_OR_FOLLOWER: [6, yes, 'the broker does not lead this partition, or has no replica of it'],
  REQUEST_TIMED_OUT: [7, yes, 'the broker did not finish within the time that the request gave it'],
  BROKER_NOT_AVAILABLE: [8, no, 'the broker is not available'],
  REPLICA_NOT_AVAILABLE: [9, yes, 'the broker has no replica of this partition at the moment'],
  MESSAGE_TOO_LARGE: [10, no, 'the record batch is larger than the topic allows (max.message.bytes)'],
  STALE_CONTROLLER_EPOCH: [11, no, 'the controller has moved'],
  OFFSET_METADATA_TOO_LARGE: [12, no, 'the note beside a committed offset is too long (offset.metadata.max.bytes)'],
  NETWORK_EXCEPTION: [13, yes, 'the broker lost a connection it needed'],
  COORDINATOR_LOAD_IN_PROGRESS: [14, yes, 'the coordinator is still reading its state'],
  COORDINATOR_NOT_AVAILABLE: [15, yes, 'no broker coordinates this group or transaction at the moment'],
  NOT_COORDINATOR: [16, yes, 'another broker coordinates this group or transaction'],
  INVALID_TOPIC_EXCEPTION: [17, no, 'the topic has a name that is not allowed, or may not be used like this'],
  RECORD_LIST_TOO_LARGE: [18, no, 'the record batch is larger than a segment of the log'],
  NOT_ENOUGH_REPLICAS: [19, yes, 'fewer replicas are in sync than min.insync.replicas asks for; nothing was written'],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [20, yes, 'written, but to fewer replicas than min.insync.replicas asks for'],
  INVALID_REQUIRED_ACKS: [21, no, 'acks must be 0, 1 or -1'],
  ILLEGAL_GENERATION: [22, no, 'the group has moved on to another generation: the member must join again'],
  INCONSISTENT_GROUP_PROTOCOL: [23, no, 'the member has no assignment protocol in common with its group'],
  INVALID_GROUP_ID: [24, no, 'the group id is not valid'],
  UNKNOWN_MEMBER_ID: [25, no, 'the coordinator does not know this member: it must join again'],
  INVALID_SESSION_TIMEOUT: [26, no, 'the session timeout is outside what the broker allows (group.min/max.session.timeout.ms)'],
  REBALANCE_IN_PROGRESS: [27, no, 'the group is rebalancing: the member must join again'],
  INVALID_COMMIT_OFFSET_SIZE: [28, no, 'the offsets to commit are too large'],
  TOPIC_AUTHORIZATION_FAILED: [29, no, 'not allowed to do this with the topic'],
  GROUP_AUTHORIZATION_FAILED: [30, no, 'not allowed to do this with the group'],
  CLUSTER_AUTHORIZATION_FAILED: [31, no, 'not allowed to do this with the cluster'],
  INVALID_TIMESTAMP: [32, no, 'a record has a timestamp too far from the broker clock'],
  UNSUPPORTED_SASL_MECHANISM: [33, no, 'the broker does not offer this SASL mechanism'],
  ILLEGAL_SASL_STATE: [34, no, 'this request is not allowed at this point of the login'],
  UNSUPPORTED_VERSION: [35, no, 'the broker does not speak this version of the request'],
  TOPIC_ALREADY_EXISTS: [36, no, 'a topic of this name exists'],
  INVALID_PARTITIONS: [37, no, 'the number of partitions is not valid'],
  INVALID_REPLICATION_FACTOR: [38, no, 'the replication factor is below 1 or above the number of brokers'],
  INVALID_REPLICA_ASSIGNMENT: [39, no, 'the assignment of replicas to brokers is not valid'],
  INVALID_CONFIG: [40, no, 'a config has a value that is not valid'],
  NOT_CONTROLLER: [41, yes, 'another broker is the controller'],
  INVALID_REQUEST: [42, no, 'the broker could not make sense of the request; its log knows more'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [43, no, 'this topic stores an old message format: no idempotence before 0.11, no times before 0.10'],
  POLICY_VIOLATION: [44, no, 'a policy of the cluster forbids this'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45, no, 'a batch of an idempotent producer is missing before this one'],
  DUPLICATE_SEQUENCE_NUMBER: [46, no, 'this batch of an idempotent producer was written before'],
  INVALID_PRODUCER_EPOCH: [47, no, 'a newer producer uses this producer id'],
  INVALID_TXN_STATE: [48, no, 'the transaction is not in a state that allows this'],
  INVALID_PRODUCER_ID_MAPPING: [49, no, 'the producer id does not belong to this transactional id (any more)'],
  INVALID_TRANSACTION_TIMEOUT: [50, no, 'the transaction timeout is longer than the broker allows (transaction.max.timeout.ms)'],
  CONCURRENT_TRANSACTIONS: [51, yes, 'the transaction before this one is still being completed'],
  TRANSACTION_COORDINATOR_FENCED: [52, no, 'a newer coordinator has taken over'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53, no, 'not allowed to use this transactional id'],
  SECURITY_DISABLED: [54, no, 'the broker has no authorizer'],
  OPERATION_NOT_ATTEMPTED: [55, no, 'not tried, because another part of the request failed'],
  KAFKA_STORAGE_ERROR: [56, yes, 'the broker has trouble with its disk'],
  LOG_DIR_NOT_FOUND: [57, no, 'the broker has no such log directory'],
  SASL_AUTHENTICATION_FAILED: [58, no, 'the broker refused the credentials'],
  UNKNOWN_PRODUCER_ID: [59, no, 'the broker has forgotten this producer: its records are deleted'],
  REASSIGNMENT_IN_PROGRESS: [60, no, 'the partition is being moved'],
  DELEGATION_TOKEN_AUTH_DISABLED: [61, no, 'the cluster has no delegation tokens'],
  DELEGATION_TOKEN_NOT_FOUND: [62, no, 'there is no such delegation token'],
  DELEGATION_TOKEN_OWNER_MISMATCH: [63, no, 'the delegation token belongs to somebody else'],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [64, no, 'delegation tokens cannot be managed over this kind of connection'],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [65, no, 'not allowed to do this with the delegation token'],
  DELEGATION_TOKEN_EXPIRED: [66, no, 'the delegation token has expired'],
  INVALID_PRINCIPAL_TYPE: [67, no, 'this type of principal is not supported'],
  NON_EMPTY_GROUP: [68, no, 'the group still has members'],
  GROUP_ID_NOT_FOUND: [69, no, 'there is no such group'],
  FETCH_SESSION_ID_NOT_FOUND: [70, yes, 'the broker has dropped the fetch session'],
  INVALID_FETCH_SESSION_EPOCH: [71, yes, 'the fetch session has moved on'],
  LISTENER_NOT_FOUND: [72, yes, 'the leader has no listener of the kind that was asked'],
  TOPIC_DELETION_DISABLED: [73, no, 'the cluster does not allow deleting topics (delete.topic.enable)'],
  FENCED_LEADER_EPOCH: [74, yes, 'the leader epoch of the request is too old'],
  UNKNOWN_LEADER_EPOCH: [75, yes, 'the leader epoch of the request is newer than the broker knows'],
  UNSUPPORTED_COMPRESSION_TYPE: [76, no, 'this version of the request cannot carry the codec of the records'],
  STALE_BROKER_EPOCH: [77, no, 'the broker has registered anew since'],
  OFFSET_NOT_AVAILABLE: [78, yes, 'a new leader does not know its high watermark yet'],
  MEMBER_ID_REQUIRED: [79, no, 'join again, with the member id of this answer'],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, yes, 'the preferred leader is not available'],
  GROUP_MAX_SIZE_REACHED: [81, no, 'the group is full (group.max.size)'],
  FENCED_INSTANCE_ID: [82, no, 'another member has taken this static instance id'],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, yes, 'no replica that may lead is available'],
  ELECTION_NOT_NEEDED: [84, yes, 'the wanted leader leads already'],
  NO_REASSIGNMENT_IN_PROGRESS: [85, no, 'the partition is not being moved'],
  GROUP_SUBSCRIBED_TO_TOPIC: [86, no, 'the group consumes the topic, so its offsets stay'],
  INVALID_RECORD: [87, no, 'the broker refused a record'],
  UNSTABLE_OFFSET_COMMIT: [88, yes, 'a transaction has offsets pending'],
  THROTTLING_QUOTA_EXCEEDED: [89, yes, 'over quota: wait as long as the answer says'],
  PRODUCER_FENCED: [90, no, 'a newer producer uses this transactional id'],
  RESOURCE_NOT_FOUND: [91, no, 'there is no such resource'],
  DUPLICATE_RESOURCE: [92, no, 'the request names a resource twice'],
  UNACCEPTABLE_CREDENTIAL: [93, no, 'the credential does not meet the rules'],
  INCONSISTENT_VOTER_SET: [94, no, 'sender and receiver do not agree on the voters'],
  INVALID_UPDATE_VERSION: [95, no, 'the version to update to is not valid'],
  FEATURE_UPDATE_FAILED: [96, no, 'the features could not be updated'],
  PRINCIPAL_DESERIALIZATION_FAILURE: [97, no, 'the controller could not read the principal of a forwarded request'],
  SNAPSHOT_NOT_FOUND: [98, no, 'there is no such snapshot'],
  POSITION_OUT_OF_RANGE: [99, no, 'the position lies outside the snapshot'],
  UNKNOWN_TOPIC_ID: [100, yes, 'the broker does not know this topic id (yet)'],
  DUPLICATE_BROKER_REGISTRATION: [101, no, 'a live broker has this id'],
  BROKER_ID_NOT_REGISTERED: [102, no, 'no broker of this id is registered'],
  INCONSISTENT_TOPIC_ID: [103, yes, 'the log belongs to another topic id: the topic was made anew'],
  INCONSISTENT_CLUSTER_ID: [104, no, 'the request was for another cluster'],
  TRANSACTIONAL_ID_NOT_FOUND: [105, no, 'there is no such transactional id'],
  FETCH_SESSION_TOPIC_ID_ERROR: [106, yes, 'a fetch session uses either topic names or topic ids, not both'],
  INELIGIBLE_REPLICA: [107, no, 'a replica of the new in-sync set may not be in it'],
  NEW_LEADER_ELECTED: [108, no, 'done, but another replica leads now'],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109, no, 'the offset lies in remote storage'],
  FENCED_MEMBER_EPOCH: [110, no, 'the member epoch is fenced: give up all partitions and join again'],
  UNRELEASED_INSTANCE_ID: [111, no, 'another member still holds this static instance id'],
  UNSUPPORTED_ASSIGNOR: [112, no, 'the group does not support this assignor'],
  STALE_MEMBER_EPOCH: [113, no, 'the member epoch is old: heartbeat first, then try again'],
  MISMATCHED_ENDPOINT_TYPE: [114, no, 'the request was meant for brokers and reached a controller, or the other way round'],
  UNSUPPORTED_ENDPOINT_TYPE: [115, no, 'this type of endpoint is not supported'],
  UNKNOWN_CONTROLLER_ID: [116, no, 'no controller has this id'],
  UNKNOWN_SUBSCRIPTION_ID: [117, no, 'the telemetry subscription is not known or has changed'],
  TELEMETRY_TOO_LARGE: [118, no, 'the metrics are larger than the broker takes'],
  INVALID_REGISTRATION: [119, no, 'the controller does not accept this registration'],
  TRANSACTION_ABORTABLE: [120, no, 'the transaction must be aborted; the producer can go on after that'],
  INVALID_RECORD_STATE: [121, no, 'the record is not acquired by this member (any more)'],
  SHARE_SESSION_NOT_FOUND: [122, yes, 'the broker has dropped the share session'],
  INVALID_SHARE_SESSION_EPOCH: [123, yes, 'the share session has moved on'],
  FENCED_STATE_EPOCH: [124, no, 'the state epoch does not match'],
  INVALID_VOTER_KEY: [125, no, 'the voter key is not that of the receiver'],
  DUPLICATE_VOTER: [126, no, 'the voter is in the set already'],
  VOTER_NOT_FOUND: [127, no, 'the voter is not in the set'],
  INVALID_REGULAR_EXPRESSION: [128, no, 'the regular expression is not valid; brokers take RE2 syntax'],
  REBOOTSTRAP_REQUIRED: [129, no, 'what the client knows of the cluster is too old: start from the seed brokers again'],
  STREAMS_INVALID_TOPOLOGY: [130, no, 'the topology is not valid'],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131, no, 'the topology epoch is not valid'],
  STREAMS_TOPOLOGY_FENCED: [132, no, 'the topology epoch is too old'],
  SHARE_SESSION_LIMIT_REACHED: [133, yes, 'the broker has no room for another share session'],
  GROUP_DELETION_FAILED: [134, no, 'the group could not be deleted; the answer says why'],
  STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED: [135, no, 'the topology description was not taken; the answer says why'],
  CONTROLLER_ID_NOT_REGISTERED: [136, no, 'no controller of this id is registered'],
} as const satisfies Record<string, readonly [errno: number, retriable: boolean, description: string]>

/** Kafka's names of its error codes; `NONE` is 0. */
export type KafkaErrorCode = keyof typeof table

export interface KafkaErrorInfo {
  readonly code: KafkaErrorCode
  readonly errno: number
  /** Whether trying again may help, as Kafka's own client judges it. */
  readonly retriable: boolean
  readonly description: string
}

const entries = Object.entries(table) as [KafkaErrorCode, readonly [number, boolean, string]][]
const infos = entries.map(([code, [errno, retriable, description]]): KafkaErrorInfo => ({ code, errno, retriable, description }))
const byErrno = new Map(infos.map(info => [info.errno, info]))

/** What a number in an answer means. A number that Kafka 4.4 does not have gives `UNKNOWN_SERVER_ERROR` with that number kept. */
export function errorForCode(errno: number): KafkaErrorInfo {
  return (
    byErrno.get(errno) ?? {
      code: 'UNKNOWN_SERVER_ERROR',
      errno,
      retriable: false,
      description: `an error of a newer broker, number ${errno}`,
    }
  )
}

/** The number of a code. */
export function errnoOf(code: KafkaErrorCode): number {
  return table[code][0]
}

/**
 * What a broker answered. The message begins with the code; behind it stands what the broker or the caller said, or what the code means.
 */
export class KafkaError extends Error {
  override readonly name: string = 'KafkaError'
  /** Kafka's name, `NOT_LEADER_OR_FOLLOWER`. */
  readonly code: KafkaErrorCode
  /** Kafka's number, also where we have no name for it. */
  readonly errno: number
  readonly retriable: boolean

  constructor(code: number | KafkaErrorCode, message?: string | null, options?: { cause?: unknown }) {
    const info = errorForCode(typeof code === 'number' ? code : errnoOf(code))
    super(`${info.code}: ${message || info.description}`, options)
    this.code = info.code
    this.errno = info.errno
    this.retriable = info.retriable
  }
}
