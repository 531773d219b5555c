import { DescribeAclsRequest } from '../../protocol/api/describe-acls.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import type { Acl } from '../state/acls.js'
import { filterOf, NO_AUTHORIZER } from './acl-fields.js'
import { handler, wordsFor } from './handler.js'

/** The rules that a filter finds, by resource (KIP-140). */
export const describeAcls = handler(DescribeAclsRequest, {
  versions: [1, 3],
  legacy: [0, 3],
  needs: 'DESCRIBE',
  handle({ cluster: { acls } }, request) {
    try {
      if (!acls.enabled) throw new Refusal('SECURITY_DISABLED', NO_AUTHORIZER)
      return { throttleTimeMs: 0, errorCode: 0, errorMessage: '', resources: byResource(acls.matching(filterOf(request))) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { throttleTimeMs: 0, errorCode: errnoOf(error.code), errorMessage: error.message, resources: [] }
    }
  },
  failure: (_, errorCode) => ({ throttleTimeMs: 0, errorCode, errorMessage: wordsFor(errorCode), resources: [] }),
})

function byResource(acls: readonly Acl[]) {
  const resources = new Map<string, Acl[]>()
  for (const acl of acls) {
    const key = `${acl.resourceType} ${acl.patternType} ${acl.resourceName}`
    const same = resources.get(key)
    if (same) same.push(acl)
    else resources.set(key, [acl])
  }
  return [...resources.values()].map(same => {
    const { resourceType, resourceName, patternType } = same[0]
    const told = same.map(({ principal, host, operation, permissionType }) => ({ principal, host, operation, permissionType }))
    return { resourceType, resourceName, patternType, acls: told }
  })
}
