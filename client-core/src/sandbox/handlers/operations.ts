import { CLUSTER, type Operation, operations, type ResourceType } from '../state/acls.js'
import type { RequestContext } from './handler.js'

export const NOT_ASKED = -0x80000000

/** What there is to be done with each kind of resource (KIP-430). */
const applicable: Readonly<Record<'TOPIC' | 'GROUP' | 'CLUSTER', readonly Operation[]>> = {
  TOPIC: ['READ', 'WRITE', 'CREATE', 'DELETE', 'ALTER', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  CLUSTER: ['CREATE', 'ALTER', 'DESCRIBE', 'CLUSTER_ACTION', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'IDEMPOTENT_WRITE'],
  GROUP: ['READ', 'DELETE', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
}

/** What the asker may do with a resource, as bits. */
export function operationsOn({ may }: RequestContext, type: ResourceType & keyof typeof applicable, name: string): number {
  return applicable[type].reduce((bits, operation) => (may(operation, type, name) ? bits | (1 << operations[operation]) : bits), 0)
}

/** Nothing for those who may not look at the cluster. */
export function clusterOperations(context: RequestContext): number {
  return context.may('DESCRIBE', 'CLUSTER', CLUSTER) ? operationsOn(context, 'CLUSTER', CLUSTER) : 0
}
