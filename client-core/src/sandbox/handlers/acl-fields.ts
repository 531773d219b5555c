import { Refusal } from '../refusal.js'
import { type Acl, type AclFilter, CLUSTER, operations, patternTypes, permissions, resourceTypes } from '../state/acls.js'

export interface AclFilterFields {
  readonly resourceTypeFilter: number
  readonly resourceNameFilter: string | null
  readonly patternTypeFilter: number
  readonly principalFilter: string | null
  readonly hostFilter: string | null
  readonly operation: number
  readonly permissionType: number
}

const known = (values: Readonly<Record<string, number>>, number: number) => Object.values(values).includes(number)

/** @throws Refusal for numbers that mean nothing. */
export function filterOf(fields: AclFilterFields): AclFilter {
  const { operation, permissionType } = fields
  const isKnown =
    known(resourceTypes, fields.resourceTypeFilter) &&
    known(patternTypes, fields.patternTypeFilter) &&
    known(operations, operation) &&
    known(permissions, permissionType)
  if (!isKnown) throw new Refusal('INVALID_REQUEST', 'The ACL filter contains unknown elements')
  return {
    resourceType: fields.resourceTypeFilter,
    resourceName: fields.resourceNameFilter,
    patternType: fields.patternTypeFilter,
    principal: fields.principalFilter,
    host: fields.hostFilter,
    ...{ operation, permissionType },
  }
}

/** @throws Refusal for what is no rule. */
export function checkAcl(acl: Acl): void {
  const refuse = (why: string) => {
    throw new Refusal('INVALID_REQUEST', why)
  }
  const { resourceType, resourceName, patternType, principal, operation, permissionType } = acl
  if (resourceType === resourceTypes.ANY || !known(resourceTypes, resourceType)) refuse('Invalid resourceType')
  if (patternType !== patternTypes.LITERAL && patternType !== patternTypes.PREFIXED) refuse('Invalid patternType')
  if (operation === operations.ANY || !known(operations, operation)) refuse('Invalid operation')
  if (permissionType !== permissions.DENY && permissionType !== permissions.ALLOW) refuse('Invalid permissionType')
  if (resourceName === '') refuse('Resource name should not be empty')
  if (resourceType === resourceTypes.CLUSTER && resourceName !== CLUSTER)
    refuse(`The only valid name for the CLUSTER resource is ${CLUSTER}`)
  if (!principal.includes(':')) {
    refuse(`Could not parse principal from \`${principal}\` (no colon is present separating the principal type from the principal name)`)
  }
}

export const NO_AUTHORIZER = 'No Authorizer is configured.'
