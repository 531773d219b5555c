import { DescribeConfigsRequest } from '../../protocol/api/describe-configs.js'
import { errnoOf } from '../../protocol/errors.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import { topicNameProblem } from '../state/topic-names.js'
import { type ConfigEntry, describeBroker, describeLoggers, describeTopic, dynamicDefaults } from './config-entries.js'
import { checkBrokerName, checkConfigAccess, configResources } from './config-resource.js'
import { handler, type RequestContext } from './handler.js'

type Request = Output<typeof DescribeConfigsRequest>
type Resource = Request['resources'][number]

/** Settings of topics and of this broker. v1: where values come from (KIP-226); v3: types and documentation (KIP-569). */
export const describeConfigs = handler(DescribeConfigsRequest, {
  versions: [1, 4],
  legacy: [0, 4],
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
    checkConfigAccess(context, 'DESCRIBE_CONFIGS', resource)
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
  if (resourceType === configResources.topic) return topicEntries(context, resourceName)
  if (resourceType === configResources.broker) return brokerEntries(context, resourceName)
  if (resourceType === configResources.brokerLogger) return loggerEntries(context, resourceName)
  throw new Refusal('INVALID_REQUEST', `Unsupported resource type: ${resourceType}`)
}

function topicEntries({ cluster, broker }: RequestContext, name: string): ConfigEntry[] {
  const problem = topicNameProblem(name)
  if (problem) throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${problem}`)
  const topic = cluster.topics.get(name)
  if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', '')
  return describeTopic(cluster.settings, topic.configs, broker.dynamicConfigs)
}

/** A broker answers for itself alone; the empty name means the dynamic defaults for all brokers. */
function brokerEntries(context: RequestContext, name: string): ConfigEntry[] {
  const { cluster, broker, listener } = context
  if (name === '') return dynamicDefaults(cluster.settings)
  checkBrokerName(context, name)
  const address = listener.address(broker.id)
  const own = new Map([
    ['broker.id', name],
    ['node.id', name],
    ['process.roles', 'broker,controller'],
    ['listeners', `PLAINTEXT://${address?.host}:${address?.port}`],
    ['log.dirs', logDir(broker.id)],
  ])
  if (broker.rack !== null) own.set('broker.rack', broker.rack)
  return describeBroker(cluster.settings, own, broker.dynamicConfigs)
}

function loggerEntries(context: RequestContext, name: string): ConfigEntry[] {
  if (name === '') throw new Refusal('INVALID_REQUEST', 'Broker id must not be empty')
  checkBrokerName(context, name)
  return describeLoggers(context.broker.loggers)
}

/** Where a broker would keep its logs. */
export const logDir = (brokerId: number) => `/sandbox/broker-${brokerId}`
