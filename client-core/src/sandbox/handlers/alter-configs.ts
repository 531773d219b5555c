import { AlterConfigsRequest } from '../../protocol/api/alter-configs.js'
import { Refusal } from '../refusal.js'
import { checkValue, settingsOf } from './alter-settings.js'
import { alterEach, alterFailure, checkConfigAccess, checkNames } from './config-resource.js'
import { handler } from './handler.js'

/** Puts other settings in the place of all that a topic or a broker had (KIP-133). */
export const alterConfigs = handler(AlterConfigsRequest, {
  versions: [0, 2],
  handle: (context, { resources, validateOnly }) =>
    alterEach(resources, resource => {
      const { configs } = resource
      checkConfigAccess(context, 'ALTER_CONFIGS', resource)
      checkNames(configs.map(({ name }) => name))
      const nulls = configs.filter(({ value }) => value === null)
      if (nulls.length > 0) throw new Refusal('INVALID_REQUEST', `Null value not supported for : ${nulls.map(({ name }) => name)}`)
      const settings = settingsOf(context, resource)
      const next = new Map(configs.map(({ name, value }) => [name, value ?? '']))
      for (const [name, value] of next) checkValue(settings.key(name), value)
      if (!validateOnly) settings.replace(next)
    }),
  failure: ({ resources }, code) => alterFailure(resources, code),
})
