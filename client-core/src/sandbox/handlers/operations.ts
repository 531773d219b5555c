/** Bit fields of what an unauthorised-checked client may do (KIP-430): everything, since there is no authorizer. */
const bits = (...operations: number[]) => operations.reduce((all, operation) => all | (1 << operation), 0)
const [READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
]

export const NOT_ASKED = -0x80000000
export const topicOperations = bits(READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS)
export const clusterOperations = bits(CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE)
export const groupOperations = bits(READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS)
