import { DeleteAclsRequest } from '../../protocol/api/delete-acls.js'
import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import type { Acls } from '../state/acls.js'
import { type AclFilterFields, filterOf, NO_AUTHORIZER } from './acl-fields.js'
import { handler, wordsFor } from './handler.js'

/** Removes the rules that filters find, and names them (KIP-140). */
export const deleteAcls = handler(DeleteAclsRequest, {
  versions: [1, 3],
  legacy: [0, 3],
  needs: 'ALTER',
  handle: ({ cluster }, { filters }) => ({ throttleTimeMs: 0, filterResults: filters.map(filter => remove(cluster.acls, filter)) }),
  failure: ({ filters }, errorCode) => ({
    throttleTimeMs: 0,
    filterResults: filters.map(() => ({ errorCode, errorMessage: wordsFor(errorCode), matchingAcls: [] })),
  }),
})

function remove(acls: Acls, fields: AclFilterFields) {
  try {
    if (!acls.enabled) throw new Refusal('SECURITY_DISABLED', NO_AUTHORIZER)
    const found = acls.matching(filterOf(fields))
    for (const acl of found) acls.remove(acl)
    return { errorCode: 0, errorMessage: null, matchingAcls: found.map(acl => ({ errorCode: 0, errorMessage: null, ...acl })) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { errorCode: errnoOf(error.code), errorMessage: error.message, matchingAcls: [] }
  }
}
