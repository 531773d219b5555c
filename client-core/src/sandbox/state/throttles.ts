import { ClientError } from '../../error.js'

/** Whom a throttle is for; what is not given matches everything. */
export interface ThrottledClients {
  clientId?: string
  /** The user that is logged in, without `User:`. */
  user?: string
  /** Kafka's name of the API. */
  api?: string
  broker?: number
}
interface Asking {
  clientId: string | null
  user: string | undefined
  api: string
  broker: number
}

/** Clients that are held off (KIP-219): their answers say for how long, and what they send meanwhile waits. */
export class Throttles {
  readonly #all = new Map<symbol, { clients: ThrottledClients; ms: number }>()

  /** Returns what ends it. */
  add(clients: ThrottledClients, ms: number): () => void {
    if (!Number.isSafeInteger(ms) || ms < 0 || ms > 0x7fffffff)
      throw new ClientError('INVALID_OPTION', `throttle: ${ms} is no number of milliseconds that an answer can say`)
    const key = Symbol()
    this.#all.set(key, { clients, ms })
    return () => this.#all.delete(key)
  }

  /** How long the client has to wait after this request: the longest that holds for it, in ms. */
  msFor(asking: Asking): number {
    let longest = 0
    for (const { clients, ms } of this.#all.values()) {
      const { clientId = asking.clientId, user = asking.user, api = asking.api, broker = asking.broker } = clients
      const isMeant = clientId === asking.clientId && user === asking.user && api === asking.api && broker === asking.broker
      if (isMeant && ms > longest) longest = ms
    }
    return longest
  }
}
