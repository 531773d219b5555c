import { ClientError } from '../../error.js'
import { apis } from '../../protocol/apis.js'
import type { RequestMessage } from '../../protocol/message.js'

/** The table of an API by its name, its key or itself; `asker` is for the error. */
export function findMessage(api: string | number | RequestMessage, asker = 'intercept'): RequestMessage {
  if (typeof api === 'object' || typeof api === 'function') return api
  if (typeof api === 'number') {
    const found = apis.get(api)
    if (found) return found.request
  } else for (const found of apis.values()) if (found.name === api) return found.request
  throw new ClientError(
    'INVALID_OPTION',
    `${asker}: there is no API ${api}; it takes Kafka's name ('Produce')${asker === 'intercept' ? ", its key (0) or the request's table" : ''}`,
  )
}
