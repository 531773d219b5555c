import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int8, int16, int32, nullable, since, string, until } from '../schema.js'

const describeConfigs = api(32, 'DescribeConfigs', { versions: [0, 4], flexible: 4 })

/** The answer to DescribeConfigsRequest. */
export const DescribeConfigsResponse = describeConfigs.response({
  throttleTimeMs: int32,
  results: array({
    errorCode: int16,
    errorMessage: string(nullable()),
    resourceType: int8,
    resourceName: string,
    configs: array({
      name: string,
      value: string(nullable()),
      readOnly: bool,
      isDefault: bool(until(0)),
      configSource: int8(since(1), byDefault(-1), ignorable),
      isSensitive: bool,
      synonyms: array(
        {
          name: string,
          value: string(nullable()),
          source: int8,
        },
        since(1),
        ignorable,
      ),
      configType: int8(since(3), byDefault(0), ignorable),
      documentation: string(since(3), nullable(), ignorable),
    }),
  }),
})
export type DescribeConfigsResponse = Output<typeof DescribeConfigsResponse>

/** Configs of topics, brokers and other resources (KIP-133). v1: synonyms (KIP-226); v3: documentation and types (KIP-569). */
export const DescribeConfigsRequest = describeConfigs.request(DescribeConfigsResponse, {
  resources: array({
    resourceType: int8,
    resourceName: string,
    configurationKeys: array(string, nullable()),
  }),
  includeSynonyms: bool(since(1), byDefault(false)),
  includeDocumentation: bool(since(3), byDefault(false)),
})
export type DescribeConfigsRequest = Input<typeof DescribeConfigsRequest>
