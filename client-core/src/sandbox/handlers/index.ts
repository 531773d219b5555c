import type { RequestMessage } from '../../protocol/message.js'
import { apiVersions } from './api-versions.js'
import { fetch } from './fetch.js'
import type { Handler } from './handler.js'
import { initProducerId } from './init-producer-id.js'
import { listOffsets } from './list-offsets.js'
import { metadata } from './metadata.js'
import { produce } from './produce.js'

/** Every API that a sandbox broker answers, under its Kafka name. */
export const handlers = {
  Produce: produce,
  Fetch: fetch,
  ListOffsets: listOffsets,
  Metadata: metadata,
  ApiVersions: apiVersions,
  InitProducerId: initProducerId,
}

export type ApiName = keyof typeof handlers
/** The request of an API by its name. */
export type RequestOf<A extends ApiName> = (typeof handlers)[A] extends Handler<infer M> ? M : RequestMessage

export const handlersByKey: ReadonlyMap<number, Handler> = new Map(Object.values(handlers).map((each: Handler) => [each.message.key, each]))
