import { errnoOf } from '../../protocol/errors.js'
import { Refusal } from '../refusal.js'
import type { RequestContext } from './handler.js'

/** Kafka's numbers of what has settings. */
export const configResources = { topic: 2, broker: 4, brokerLogger: 8 } as const

export interface ConfigResource {
  readonly resourceType: number
  readonly resourceName: string
}

/** @throws Refusal when the rules keep the asker from the settings of a resource. */
export function checkConfigAccess(
  { may }: RequestContext,
  operation: 'DESCRIBE_CONFIGS' | 'ALTER_CONFIGS',
  resource: ConfigResource,
): void {
  const { resourceType, resourceName } = resource
  if (resourceType === configResources.topic) {
    if (!may(operation, 'TOPIC', resourceName)) throw new Refusal('TOPIC_AUTHORIZATION_FAILED', 'Topic authorization failed.')
  } else if (!may(operation, 'CLUSTER', 'kafka-cluster'))
    throw new Refusal('CLUSTER_AUTHORIZATION_FAILED', operation === 'DESCRIBE_CONFIGS' ? 'Cluster authorization failed.' : '')
}

/** The broker that a resource names: '' is all of them, another than the asked one is refused. */
export function checkBrokerName({ broker }: RequestContext, name: string): void {
  if (name === '' || name === String(broker.id)) return
  const why = /^\d+$/.test(name)
    ? `Unexpected broker id, expected ${broker.id} or empty string, but received ${name}`
    : `Broker id must be an integer, but it is: ${name}`
  throw new Refusal('INVALID_REQUEST', why)
}

/** The answer to both ways of changing settings: each resource stands and falls for itself. */
export function alterEach<R extends ConfigResource>(resources: readonly R[], alter: (resource: R) => void) {
  const responses = resources.map(resource => {
    const { resourceType, resourceName } = resource
    try {
      if (resources.filter(other => other.resourceType === resourceType && other.resourceName === resourceName).length > 1)
        throw new Refusal('INVALID_REQUEST', 'Each resource must appear at most once.')
      alter(resource)
      return { errorCode: 0, errorMessage: null, resourceType, resourceName }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { errorCode: errnoOf(error.code), errorMessage: error.message || null, resourceType, resourceName }
    }
  })
  return { throttleTimeMs: 0, responses }
}

export const alterFailure = (resources: readonly ConfigResource[], errorCode: number) => ({
  throttleTimeMs: 0,
  responses: resources.map(({ resourceType, resourceName }) => ({ errorCode, errorMessage: null, resourceType, resourceName })),
})

export function checkNames(names: readonly string[]): void {
  if (new Set(names).size !== names.length) throw new Refusal('INVALID_REQUEST', 'Error due to duplicate config keys')
}
