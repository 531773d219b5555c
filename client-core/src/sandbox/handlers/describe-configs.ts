import { DescribeConfigsRequest } from '../../protocol/api/describe-configs.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import { topicNameProblem } from '../state/topic-names.js'
import { type ConfigEntry, describeBroker, describeTopic, dynamicDefaults } from './config-entries.js'
import { handler, type RequestContext } from './handler.js'

type Request = Output<typeof DescribeConfigsRequest>
type Resource = Request['resources'][number]

const TOPIC = 2
const BROKER = 4

/** Settings of topics and of this broker. v1: where values come from (KIP-226); v3: types and documentation (KIP-569). */
export const describeConfigs = handler(DescribeConfigsRequest, {
  versions: [1, 4],
  handle: (context, request) => ({ throttleTimeMs: 0, results: request.resources.map(resource => describe(context, request, resource)) }),
  failure: (request, code) => ({
    throttleTimeMs: 0,
    results: request.resources.map(({ resourceType, resourceName }) => ({
      resourceType,
      resourceName,
      errorCode: code,
      errorMessage: null,
      configs: [],
    })),
  }),
})

function describe(context: RequestContext, request: Request, resource: Resource) {
  const { resourceType, resourceName, configurationKeys } = resource
  try {
    const wanted = entriesOf(context, resource)
      .filter(({ name }) => configurationKeys === null || configurationKeys.includes(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const configs = wanted.map(entry => ({
      ...entry,
      synonyms: request.includeSynonyms ? entry.synonyms : [],
      documentation: request.includeDocumentation ? entry.documentation : null,
    }))
    return { errorCode: 0, errorMessage: '', resourceType, resourceName, configs }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { errorCode: errnoOf(error.code), errorMessage: error.message, resourceType, resourceName, configs: [] }
  }
}

function entriesOf(context: RequestContext, { resourceType, resourceName }: Resource): ConfigEntry[] {
  if (resourceType === TOPIC) return topicEntries(context, resourceName)
  if (resourceType === BROKER) return brokerEntries(context, resourceName)
  throw new Refusal('INVALID_REQUEST', `Unsupported resource type: ${resourceType}`)
}

function topicEntries({ cluster }: RequestContext, name: string): ConfigEntry[] {
  const problem = topicNameProblem(name)
  if (problem) throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${problem}`)
  const topic = cluster.topics.get(name)
  if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', '')
  return describeTopic(cluster.settings, topic.configs)
}

/** A broker answers for itself alone; the empty name means the dynamic defaults for all brokers. */
function brokerEntries({ cluster, broker, listener }: RequestContext, name: string): ConfigEntry[] {
  if (name === '') return dynamicDefaults(cluster.settings)
  if (name !== String(broker.id)) {
    if (!/^\d+$/.test(name)) throw new Refusal('INVALID_REQUEST', `Broker id must be an integer, but it is: ${name}`)
    throw new Refusal('INVALID_REQUEST', `Unexpected broker id, expected ${broker.id} or empty string, but received ${name}`)
  }
  const address = listener.address(broker.id)
  const own = new Map([
    ['broker.id', name],
    ['node.id', name],
    ['process.roles', 'broker,controller'],
    ['listeners', `PLAINTEXT://${address?.host}:${address?.port}`],
    ['log.dirs', logDir(broker.id)],
  ])
  if (broker.rack !== null) own.set('broker.rack', broker.rack)
  return describeBroker(cluster.settings, own)
}

/** Where a broker would keep its logs. */
export const logDir = (brokerId: number) => `/sandbox/broker-${brokerId}`
