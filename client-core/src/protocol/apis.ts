import * as messages from './api/index.js'
import type { Message, RequestMessage, ResponseMessage } from './message.js'

export interface Api {
  readonly key: number
  /** `Produce`. */
  readonly name: string
  readonly request: RequestMessage
  readonly response: ResponseMessage
}

const all: readonly Message[] = Object.values(messages)
const isRequest = (message: Message): message is RequestMessage => message.kind === 'request'

/**
 * Every API by key, in order of keys: what needs any of them (a wire inspector, a sandbox, a raw request) looks here. Importing this table
 * bundles them all; what speaks only a few imports those.
 */
export const apis: ReadonlyMap<number, Api> = new Map(
  all
    .filter(isRequest)
    .sort((a, b) => a.key - b.key)
    .map(request => [request.key, { key: request.key, name: request.api, request, response: request.response }]),
)
