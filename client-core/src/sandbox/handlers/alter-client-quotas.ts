import { AlterClientQuotasRequest } from '../../protocol/api/alter-client-quotas.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { Quotas } from '../state/quotas.js'
import { handler, wordsFor } from './handler.js'

type Entry = Output<typeof AlterClientQuotasRequest>['entries'][number]

/** Sets and removes quotas of users, clients and addresses, each entity on its own (KIP-546). */
export const alterClientQuotas = handler(AlterClientQuotasRequest, {
  versions: [0, 1],
  needs: 'ALTER_CONFIGS',
  handle: ({ cluster }, { entries, validateOnly }) => ({
    throttleTimeMs: 0,
    entries: entries.map(entry => alter(cluster.quotas, entry, validateOnly)),
  }),
  failure: ({ entries }, errorCode) => ({
    throttleTimeMs: 0,
    entries: entries.map(({ entity }) => ({ errorCode, errorMessage: wordsFor(errorCode), entity })),
  }),
})

function alter(quotas: Quotas, { entity, ops }: Entry, validateOnly: boolean) {
  try {
    const named = new Map(entity.map(({ entityType, entityName }) => [entityType, entityName]))
    if (named.size !== entity.length) throw new Refusal('INVALID_REQUEST', 'Invalid client quota entity: a type is there twice')
    const changes = new Map(ops.map(({ key, value, remove }) => [key, remove ? undefined : value]))
    if (changes.size !== ops.length) throw new Refusal('INVALID_REQUEST', 'Duplicate quota key')
    quotas.alter(named, changes, validateOnly)
    return { errorCode: 0, errorMessage: null, entity }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { errorCode: errnoOf(error.code), errorMessage: error.message, entity }
  }
}
