import { DescribeClientQuotasRequest } from '../../protocol/api/describe-client-quotas.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import type { QuotaEntity } from '../state/quotas.js'
import { handler } from './handler.js'

type Component = Output<typeof DescribeClientQuotasRequest>['components'][number]

const EXACT = 0
const DEFAULT = 1
const ANY = 2

/** The quotas of entities that have all components of a filter, and with `strict` no others (KIP-546). */
export const describeClientQuotas = handler(DescribeClientQuotasRequest, {
  versions: [0, 1],
  needs: 'DESCRIBE_CONFIGS',
  handle({ cluster }, { components, strict }) {
    try {
      check(components)
      const found = cluster.quotas.entries.filter(
        ({ entity }) => components.every(component => fits(component, entity)) && (!strict || entity.size === components.length),
      )
      const entries = found.map(({ entity, values }) => ({
        entity: [...entity].map(([entityType, entityName]) => ({ entityType, entityName })),
        values: [...values].map(([key, value]) => ({ key, value })),
      }))
      return { throttleTimeMs: 0, errorCode: 0, errorMessage: '', entries }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { throttleTimeMs: 0, errorCode: errnoOf(error.code), errorMessage: error.message, entries: null }
    }
  },
  failure: (_, errorCode) => ({ throttleTimeMs: 0, errorCode, errorMessage: null, entries: null }),
})

function check(components: readonly Component[]): void {
  const types = components.map(({ entityType }) => entityType)
  for (const { entityType, matchType, match } of components) {
    if (entityType === '') throw new Refusal('INVALID_REQUEST', 'Unexpected empty filter component entity type')
    if (!['user', 'client-id', 'ip'].includes(entityType))
      throw new Refusal('UNSUPPORTED_VERSION', `Custom entity type ${entityType} not supported`)
    if (types.filter(type => type === entityType).length > 1)
      throw new Refusal('INVALID_REQUEST', `Entity type ${entityType} cannot appear more than once in the filter`)
    if (matchType !== EXACT && matchType !== DEFAULT && matchType !== ANY)
      throw new Refusal('INVALID_REQUEST', `Unknown match type ${matchType}`)
    if (matchType === EXACT && match === null)
      throw new Refusal('INVALID_REQUEST', 'Request specified MATCH_TYPE_EXACT, but set match string to null')
    if (matchType !== EXACT && match !== null)
      throw new Refusal('INVALID_REQUEST', 'Request specified no exact match, but the match string is not null')
  }
  if (types.includes('ip') && types.length > 1) throw new Refusal('INVALID_REQUEST', 'Invalid entity filter component combination')
}

function fits({ entityType, matchType, match }: Component, entity: QuotaEntity): boolean {
  const name = entity.get(entityType)
  if (name === undefined) return false
  return matchType === ANY || (matchType === DEFAULT ? name === null : name === match)
}
