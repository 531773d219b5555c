import type { Fields, InputOf, OutputOf } from './schema.js'

/** The versions that a table describes, and the first one in the flexible encoding (KIP-482), if any. */
export interface MessageVersions {
  readonly versions: readonly [first: number, last: number]
  readonly flexible?: number
  /** The last version may still change in Kafka: brokers offer it only when told to. */
  readonly lastUnstable?: true
}

export interface Message<F extends Fields = Fields> extends MessageVersions {
  readonly kind: 'request' | 'response' | 'data'
  /** The API key; -1 for `data`, which travels inside other messages or inside records. */
  readonly key: number
  /** The API's name without Request or Response: `Produce`. For `data` its own name. */
  readonly api: string
  /** Kafka's name: `ProduceRequest`. */
  readonly name: string
  readonly fields: F
}
export interface ResponseMessage<F extends Fields = Fields> extends Message<F> {
  readonly kind: 'response'
}
export interface RequestMessage<F extends Fields = Fields, R extends Fields = Fields> extends Message<F> {
  readonly kind: 'request'
  readonly response: ResponseMessage<R>
}

/**
 * A request's table is a function too: with a body it gives what a client sends, as in `client.request(MetadataRequest({ topics: null }))`.
 */
export type CallableRequest<F extends Fields, R extends Fields> = RequestMessage<F, R> &
  ((body: InputOf<F>) => KafkaRequest<RequestMessage<F, R>>)

/** A request's table and what to fill it with; the version is chosen when a broker is. */
export interface KafkaRequest<M extends RequestMessage = RequestMessage> {
  readonly message: M
  readonly body: Input<M>
}

/** What `encode` takes for a message. */
export type Input<M extends Message> = InputOf<M['fields']>
/** What `decode` gives for a message. */
export type Output<M extends Message> = OutputOf<M['fields']>
/** What the answer to a request decodes to. */
export type ResponseTo<M extends RequestMessage> = OutputOf<M['response']['fields']>

/** One API: its messages share key, name and versions. The response comes first, because the request knows its answer. */
export function api(key: number, name: string, versions: MessageVersions) {
  const common = { key, api: name, ...versions }
  return {
    response: <F extends Fields>(fields: F): ResponseMessage<F> => ({ kind: 'response', name: `${name}Response`, fields, ...common }),
    request<F extends Fields, R extends Fields>(response: ResponseMessage<R>, fields: F): CallableRequest<F, R> {
      const fill = (body: InputOf<F>) => ({ message, body })
      const message: CallableRequest<F, R> = Object.assign(fill, { kind: 'request', fields, response, ...common } as const)
      // A function's name can be redefined but not assigned.
      return Object.defineProperty(message, 'name', { value: `${name}Request` })
    },
  }
}

/** A message without a key: the subscription inside a JoinGroup, the value of a control record. */
export function data<F extends Fields>(name: string, versions: MessageVersions, fields: F): Message<F> {
  return { kind: 'data', key: -1, api: name, name, ...versions, fields }
}

export function isFlexible(message: MessageVersions, version: number): boolean {
  return version >= (message.flexible ?? Number.POSITIVE_INFINITY)
}
