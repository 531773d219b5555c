import { ClientError } from '../../error.js'
import {
  type Acl,
  CLUSTER,
  type Operation,
  operations,
  patternTypes,
  permissions,
  type ResourceType,
  resourceTypes,
} from '../state/acls.js'

interface ResourceOfRule {
  topic?: string
  group?: string
  transactionalId?: string
  delegationToken?: string
  user?: string
  cluster?: true
}
/** A rule in words; it names one resource, `'*'` for all of its kind. */
export interface AclRule extends ResourceOfRule {
  /** `User:alice`, or `User:ANONYMOUS` without a login. Default: everybody. */
  principal?: string
  /** Default: from anywhere. */
  host?: string
  /** Default: all. */
  operation?: Operation | readonly Operation[]
  /** Whether the resource's name is only how names begin. Default false. */
  prefixed?: boolean
}

const kinds: Readonly<Record<keyof ResourceOfRule, ResourceType>> = {
  topic: 'TOPIC',
  group: 'GROUP',
  transactionalId: 'TRANSACTIONAL_ID',
  delegationToken: 'DELEGATION_TOKEN',
  user: 'USER',
  cluster: 'CLUSTER',
}
const isKind = (name: string): name is keyof ResourceOfRule => Object.hasOwn(kinds, name)

/** @throws ClientError `INVALID_OPTION`. */
export function aclsOf(rule: AclRule, permission: 'DENY' | 'ALLOW'): Acl[] {
  const { principal = 'User:*', host = '*', operation, prefixed = false } = rule
  const named = Object.keys(rule).filter(isKind)
  if (named.length !== 1) throw refused(`names ${named.length} resources: it must name one of ${Object.keys(kinds).join(', ')}`)
  const kind = named[0]
  if (!/^[^:]+:.+$/s.test(principal)) throw refused(`has the principal '${principal}': it must look like User:alice`)
  const all = operation === undefined ? [operations.ALL] : [operation].flat().map(name => operations[name])
  if (all.includes(undefined as never))
    throw refused(`has an operation that Kafka does not know; there are ${Object.keys(operations).join(', ')}`)
  return all.map(number => ({
    resourceType: resourceTypes[kinds[kind]],
    resourceName: kind === 'cluster' ? CLUSTER : (rule[kind] ?? '*'),
    patternType: prefixed ? patternTypes.PREFIXED : patternTypes.LITERAL,
    ...{ principal, host, operation: number },
    permissionType: permissions[permission],
  }))
}

const refused = (why: string) => new ClientError('INVALID_OPTION', `the rule ${why}`)
