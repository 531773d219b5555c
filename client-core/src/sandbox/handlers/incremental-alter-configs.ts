import { IncrementalAlterConfigsRequest } from '../../protocol/api/incremental-alter-configs.js'
import type { Output } from '../../protocol/message.js'
import { Refusal } from '../refusal.js'
import { logLevels } from '../state/broker.js'
import type { ConfigKey } from '../state/config.js'
import { checkValue, settingsOf } from './alter-settings.js'
import { alterEach, alterFailure, checkBrokerName, checkConfigAccess, checkNames, configResources } from './config-resource.js'
import { handler, type RequestContext } from './handler.js'

type Change = Output<typeof IncrementalAlterConfigsRequest>['resources'][number]['configs'][number]
type Resource = Output<typeof IncrementalAlterConfigsRequest>['resources'][number]

const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

/** Sets, deletes, appends to and subtracts from single settings (KIP-339), and sets the levels of a broker's loggers (KIP-412). */
export const incrementalAlterConfigs = handler(IncrementalAlterConfigsRequest, {
  versions: [0, 1],
  handle: (context, { resources, validateOnly }) =>
    alterEach(resources, resource => {
      checkConfigAccess(context, 'ALTER_CONFIGS', resource)
      checkNames(resource.configs.map(({ name }) => name))
      const nulls = resource.configs.filter(({ value, configOperation }) => value === null && configOperation !== DELETE)
      if (nulls.length > 0) throw new Refusal('INVALID_REQUEST', `Null value not supported for : ${nulls.map(({ name }) => name)}`)
      if (resource.resourceType === configResources.brokerLogger) return alterLoggers(context, resource, validateOnly)
      const settings = settingsOf(context, resource)
      const next = new Map(settings.now)
      for (const change of resource.configs) {
        const key = settings.key(change.name)
        const value = changed(key, next.get(change.name), change)
        if (value === undefined) next.delete(change.name)
        else {
          checkValue(key, value)
          next.set(change.name, value)
        }
      }
      if (!validateOnly) settings.replace(next)
    }),
  failure: ({ resources }, code) => alterFailure(resources, code),
})

/** Lists lose what they had twice; what is not in them cannot be taken away. */
function changed(key: ConfigKey, now: string | undefined, { name, configOperation, value }: Change): string | undefined {
  if (configOperation === DELETE) return undefined
  if (configOperation === SET) return value ?? ''
  if (configOperation !== APPEND && configOperation !== SUBTRACT) throw new Refusal('UNKNOWN_SERVER_ERROR', '')
  const verb = configOperation === APPEND ? 'APPEND to' : 'SUBTRACT from'
  if (key.type !== 'list') throw new Refusal('INVALID_CONFIG', `Can't ${verb} key ${name} because its type is not LIST.`)
  const listed = (text: string | null | undefined) => (text ? text.split(',').map(item => item.trim()) : [])
  const given = listed(value)
  const before = listed(now ?? key.default)
  const after = configOperation === APPEND ? [...new Set([...before, ...given])] : before.filter(item => !given.includes(item))
  return after.join(',')
}

function alterLoggers(context: RequestContext, { resourceName, configs }: Resource, validateOnly: boolean): void {
  if (resourceName === '') throw new Refusal('INVALID_REQUEST', 'a broker logger resource names its broker')
  checkBrokerName(context, resourceName)
  const { loggers } = context.broker
  for (const { name, configOperation, value } of configs) {
    if (!loggers.has(name)) throw new Refusal('INVALID_CONFIG', `Logger ${name} does not exist!`)
    if (configOperation !== SET && configOperation !== DELETE)
      throw new Refusal('INVALID_REQUEST', `Operation ${configOperation} is not allowed for the BROKER_LOGGER resource`)
    if (configOperation === SET && !logLevels.includes(value ?? ''))
      throw new Refusal(
        'INVALID_CONFIG',
        `Cannot set the log level of ${name} to ${value} as it is not a supported log level. Valid log levels are ${logLevels}`,
      )
  }
  if (validateOnly) return
  for (const { name, configOperation, value } of configs) loggers.set(name, configOperation === SET && value ? value : 'INFO')
}
