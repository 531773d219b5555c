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

/** What `encode` takes for a message. */
export type Input<M extends Message> = InputOf<M['fields']>
/** What `decode` gives for a message. */
export type Output<M extends Message> = OutputOf<M['fields']>
/** What the answer to a request decodes to. */
export type ResponseTo<M extends RequestMessage> = OutputOf<M['response']['fields']>

export function response<F extends Fields>(key: number, api: string, versions: MessageVersions, fields: F): ResponseMessage<F> {
  return { kind: 'response', key, api, name: `${api}Response`, ...versions, fields }
}

export function request<F extends Fields, R extends Fields>(
  key: number,
  api: string,
  versions: MessageVersions,
  fields: F,
  response: ResponseMessage<R>,
): RequestMessage<F, R> {
  return { kind: 'request', key, api, name: `${api}Request`, ...versions, fields, response }
}

/** A message without a key: the subscription inside a JoinGroup, the value of a control record. */
export function data<F extends Fields>(name: string, versions: MessageVersions, fields: F): Message<F> {
  return { kind: 'data', key: -1, api: name, name, ...versions, fields }
}

export function isFlexible(message: MessageVersions, version: number): boolean {
  return message.flexible !== undefined && version >= message.flexible
}
