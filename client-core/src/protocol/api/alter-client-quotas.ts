import { api, type Input, type Output } from '../message.js'
import { array, bool, float64, int16, int32, nullable, string } from '../schema.js'

const alterClientQuotas = api(49, 'AlterClientQuotas', { versions: [0, 1], flexible: 1 })

/** The answer to AlterClientQuotasRequest. */
export const AlterClientQuotasResponse = alterClientQuotas.response({
  throttleTimeMs: int32,
  entries: array({
    errorCode: int16,
    errorMessage: string(nullable()),
    entity: array({ entityType: string, entityName: string(nullable()) }),
  }),
})
export type AlterClientQuotasResponse = Output<typeof AlterClientQuotasResponse>

/** Sets and removes quotas (KIP-546). */
export const AlterClientQuotasRequest = alterClientQuotas.request(AlterClientQuotasResponse, {
  entries: array({
    entity: array({ entityType: string, entityName: string(nullable()) }),
    ops: array({
      key: string,
      value: float64,
      remove: bool,
    }),
  }),
  validateOnly: bool,
})
export type AlterClientQuotasRequest = Input<typeof AlterClientQuotasRequest>
