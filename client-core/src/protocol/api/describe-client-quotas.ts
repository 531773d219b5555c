import { api, type Input, type Output } from '../message.js'
import { array, bool, float64, int8, int16, int32, nullable, string } from '../schema.js'

const describeClientQuotas = api(48, 'DescribeClientQuotas', { versions: [0, 1], flexible: 1 })

/** The answer to DescribeClientQuotasRequest. */
export const DescribeClientQuotasResponse = describeClientQuotas.response({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: string(nullable()),
  entries: array(
    {
      entity: array({ entityType: string, entityName: string(nullable()) }),
      values: array({ key: string, value: float64 }),
    },
    nullable(),
  ),
})
export type DescribeClientQuotasResponse = Output<typeof DescribeClientQuotasResponse>

/** Quotas of users, client ids and addresses (KIP-546). */
export const DescribeClientQuotasRequest = describeClientQuotas.request(DescribeClientQuotasResponse, {
  components: array({
    entityType: string,
    matchType: int8,
    match: string(nullable()),
  }),
  strict: bool,
})
export type DescribeClientQuotasRequest = Input<typeof DescribeClientQuotasRequest>
