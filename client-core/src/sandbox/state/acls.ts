/** Kafka's numbers of the operations that a rule is about (KIP-140, KIP-430). */
export const operations = {
  ANY: 1,
  ALL: 2,
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
  CREATE_TOKENS: 13,
  DESCRIBE_TOKENS: 14,
  TWO_PHASE_COMMIT: 15,
} as const
export type Operation = Exclude<keyof typeof operations, 'ANY' | 'ALL'>

export const resourceTypes = { ANY: 1, TOPIC: 2, GROUP: 3, CLUSTER: 4, TRANSACTIONAL_ID: 5, DELEGATION_TOKEN: 6, USER: 7 } as const
export type ResourceType = Exclude<keyof typeof resourceTypes, 'ANY'>

export const patternTypes = { ANY: 1, MATCH: 2, LITERAL: 3, PREFIXED: 4 } as const
export const permissions = { ANY: 1, DENY: 2, ALLOW: 3 } as const

/** The one resource of type CLUSTER. */
export const CLUSTER = 'kafka-cluster'
/** What the rules of one cluster may come to, hostile requests included. */
const MAX_ACLS = 100_000

/** One rule, in Kafka's numbers. */
export interface Acl {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  /** `User:alice`, `User:*`. */
  readonly principal: string
  /** `*`, or an address. */
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}
/** Null and ANY match all. */
export interface AclFilter {
  readonly resourceType: number
  readonly resourceName: string | null
  readonly patternType: number
  readonly principal: string | null
  readonly host: string | null
  readonly operation: number
  readonly permissionType: number
}

export interface AuthorizerOptions {
  /** Who may do everything: `User:admin`. */
  superUsers?: readonly string[]
  /** What holds for a resource that no rule names; Kafka's `allow.everyone.if.no.acl.found`. Default false. */
  allowEveryone?: boolean
}

/** What an allowed operation allows besides. */
const implies: Partial<Record<number, readonly number[]>> = {
  [operations.DESCRIBE]: [operations.READ, operations.WRITE, operations.DELETE, operations.ALTER],
  [operations.DESCRIBE_CONFIGS]: [operations.ALTER_CONFIGS],
}

/** The rules of a cluster and the authorizer over them, which is Kafka's StandardAuthorizer; without one only what is denied is refused. */
export class Acls {
  readonly #rules = new Map<string, Acl>()

  constructor(private readonly authorizer: AuthorizerOptions | undefined) {}

  /** Whether clients may look at the rules and change them. */
  get enabled(): boolean {
    return this.authorizer !== undefined
  }
  get isFull(): boolean {
    return this.#rules.size >= MAX_ACLS
  }

  add(acl: Acl): void {
    this.#rules.set(keyOf(acl), acl)
  }
  remove(acl: Acl): void {
    this.#rules.delete(keyOf(acl))
  }
  matching(filter: AclFilter): Acl[] {
    return [...this.#rules.values()].filter(acl => matches(filter, acl))
  }

  /** Deny comes before allow. */
  allows(principal: string, host: string, operation: Operation, type: ResourceType, name: string): boolean {
    if (this.authorizer?.superUsers?.includes(principal)) return true
    if (this.#rules.size === 0) return this.authorizer?.allowEveryone ?? !this.enabled
    const about = [...this.#rules.values()].filter(acl => isAbout(acl, type, name))
    const wanted = operations[operation]
    const mine = about.filter(acl => oneOf(acl.principal, principal, 'User:*') && oneOf(acl.host, host, '*'))
    const covers = (acl: Acl, more: readonly number[]) =>
      acl.operation === operations.ALL || acl.operation === wanted || more.includes(acl.operation)
    if (mine.some(acl => acl.permissionType === permissions.DENY && covers(acl, []))) return false
    if (!this.authorizer) return true
    if (mine.some(acl => acl.permissionType === permissions.ALLOW && covers(acl, implies[wanted] ?? []))) return true
    return about.length === 0 && (this.authorizer.allowEveryone ?? false)
  }

  /** Whether some resource of that type is open to the operation: what an idempotent producer needs. */
  allowsAny(principal: string, host: string, operation: Operation, type: ResourceType): boolean {
    if (this.allows(principal, host, operation, type, '\0')) return true
    const names = [...this.#rules.values()].filter(acl => acl.resourceType === resourceTypes[type]).map(acl => acl.resourceName)
    return names.some(name => this.allows(principal, host, operation, type, name))
  }
}

const oneOf = (value: string, one: string, other: string) => value === one || value === other
const keyOf = (acl: Acl) =>
  JSON.stringify([acl.resourceType, acl.patternType, acl.resourceName, acl.principal, acl.host, acl.operation, acl.permissionType])

function isAbout({ resourceType, resourceName, patternType }: Acl, type: ResourceType, name: string): boolean {
  if (resourceType !== resourceTypes[type]) return false
  return patternType === patternTypes.PREFIXED ? name.startsWith(resourceName) : oneOf(resourceName, name, '*')
}

function matches(filter: AclFilter, acl: Acl): boolean {
  const same = (wanted: number, value: number) => wanted === 1 || wanted === value
  return (
    same(filter.resourceType, acl.resourceType) &&
    same(filter.operation, acl.operation) &&
    same(filter.permissionType, acl.permissionType) &&
    (filter.principal === null || filter.principal === acl.principal) &&
    (filter.host === null || filter.host === acl.host) &&
    matchesPattern(filter, acl)
  )
}

/** MATCH finds every rule that a resource of that name falls under (KIP-290). */
function matchesPattern({ patternType, resourceName }: AclFilter, acl: Acl): boolean {
  if (patternType !== patternTypes.ANY && patternType !== patternTypes.MATCH && patternType !== acl.patternType) return false
  if (resourceName === null) return true
  if (patternType !== patternTypes.MATCH) return resourceName === acl.resourceName
  return acl.patternType === patternTypes.PREFIXED ? resourceName.startsWith(acl.resourceName) : oneOf(acl.resourceName, resourceName, '*')
}
