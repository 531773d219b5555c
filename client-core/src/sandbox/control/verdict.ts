import type { KafkaErrorCode } from '../../protocol/errors.js'
import type { Input, Output, RequestMessage } from '../../protocol/message.js'

/** What becomes of an intercepted request instead of, or around, the broker's own answer. */
export type Verdict<M extends RequestMessage = RequestMessage> = { readonly do: 'answer'; readonly response: Input<M['response']> } | Fault

/** Verdicts that fit every API. */
export type Fault =
  | { readonly do: 'fail'; readonly code: KafkaErrorCode; readonly after: boolean }
  | { readonly do: 'hang' }
  | { readonly do: 'close'; readonly after: boolean }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'send'; readonly bytes: (answer: Uint8Array) => Uint8Array | readonly Uint8Array[] }

/** A request on its way to its handler. */
export interface Intercepted<M extends RequestMessage = RequestMessage> {
  readonly api: string
  readonly apiKey: number
  readonly version: number
  readonly correlationId: number
  readonly clientId: string | null
  /** The broker that was asked. */
  readonly broker: number
  readonly request: Output<M>
  /** Lets the broker do its work and gives its answer, to be changed and returned with `answer`; undefined for a request without an answer. */
  proceed(): Promise<Input<M['response']> | undefined>
}

/** A verdict, or a function that gives one; a function that gives nothing only observes, and the broker answers. */
export type Action<M extends RequestMessage = RequestMessage> =
  | Verdict<M>
  | ((request: Intercepted<M>) => Verdict<M> | undefined | Promise<Verdict<M> | undefined>)

/** This response, whatever the broker would say. */
export const answer = <R>(response: R): { readonly do: 'answer'; readonly response: R } => ({ do: 'answer', response })

/**
 * The error in each place where a broker would put it: on every partition, topic or group of the request. Nothing is done; with `after` the broker
 * does its work first, as when an answer is late (`REQUEST_TIMED_OUT`, `NOT_ENOUGH_REPLICAS_AFTER_APPEND`).
 */
export const fail = (code: KafkaErrorCode, { after = false } = {}): Fault => ({ do: 'fail', code, after })

/** No answer until the interception is released or the connection ends; then the broker does its work. */
export const hang = (): Fault => ({ do: 'hang' })

/** The connection is cut. With `after` the broker has done its work, and only its answer is lost. */
export const close = ({ after = false } = {}): Fault => ({ do: 'close', after })

/** The broker does its work `ms` later, by the sandbox's clock. */
export const delay = (ms: number): Fault => ({ do: 'delay', ms })

/** Bytes as they are in place of the answer's frame (its 4-byte size included), to play a broken broker. `bytes` may change the true frame. */
export const send = (bytes: Uint8Array | ((answer: Uint8Array) => Uint8Array | readonly Uint8Array[])): Fault => ({
  do: 'send',
  bytes: typeof bytes === 'function' ? bytes : () => bytes,
})
