import { CreateAclsRequest } from '../../protocol/api/create-acls.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { Acls } from '../state/acls.js'
import { checkAcl, NO_AUTHORIZER } from './acl-fields.js'
import { handler, wordsFor } from './handler.js'

type Creation = Output<typeof CreateAclsRequest>['creations'][number]

/** Adds rules, each on its own (KIP-140). v1: for names that begin so (KIP-290). */
export const createAcls = handler(CreateAclsRequest, {
  versions: [1, 3],
  legacy: [0, 3],
  needs: 'ALTER',
  handle: ({ cluster }, { creations }) => ({ throttleTimeMs: 0, results: creations.map(creation => create(cluster.acls, creation)) }),
  failure: ({ creations }, errorCode) => ({
    throttleTimeMs: 0,
    results: creations.map(() => ({ errorCode, errorMessage: wordsFor(errorCode) })),
  }),
})

function create(acls: Acls, { resourcePatternType: patternType, ...rest }: Creation) {
  try {
    if (!acls.enabled) throw new Refusal('SECURITY_DISABLED', NO_AUTHORIZER)
    const { resourceType, resourceName, principal, host, operation, permissionType } = rest
    const acl = { resourceType, resourceName, patternType, principal, host, operation, permissionType }
    checkAcl(acl)
    if (acls.isFull) throw new Refusal('POLICY_VIOLATION', 'there are too many rules')
    acls.add(acl)
    return { errorCode: 0, errorMessage: '' }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { errorCode: errnoOf(error.code), errorMessage: error.message }
  }
}
