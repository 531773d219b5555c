import type { Input, RequestMessage } from '@milena/client-core/protocol'

/** What earlier answers gave: ids of topics by name, the last fetch session, the last delegation token. */
export interface Memory {
  topicIds: Map<string, string>
  sessionId: number
  hmac: Uint8Array
}

/** One request of a comparison, made for the broker it goes to. */
export interface Step {
  readonly name: string
  readonly message: RequestMessage
  readonly version: number
  body(memory: Memory): Input<RequestMessage>
  /** Asks for what was just changed, which brokers of Kafka learn a moment later. */
  readonly eventually: boolean
  /** Who asks; '' without a login. */
  readonly as: string
}

/** An id that no topic has. */
export const unknownId = 'BBBBBBBBBBBBBBBBBBBBBA'

/** Gives what adds steps to a list. */
export function recorder(steps: Step[]) {
  return <M extends RequestMessage>(
    name: string,
    message: M,
    version: number,
    body: Input<M> | ((memory: Memory) => Input<M>),
    { eventually = false, as = '' } = {},
  ): void => {
    const made = typeof body === 'function' ? body : () => body
    const who = as === '' ? '' : `, as ${as}`
    steps.push({ name: `${message.api} v${version}: ${name}${who}`, message, version, body: made, eventually, as })
  }
}
