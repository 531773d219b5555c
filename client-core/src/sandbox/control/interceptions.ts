import type { RequestMessage } from '../../protocol/message.js'
import type { Action, Intercepted, Verdict } from './verdict.js'

export interface InterceptOptions {
  /** Only requests to this broker. Default: to any. */
  broker?: number
  /** Only the first request that matches. Several such interceptions of one API are used up one after the other. Default false: until removed. */
  once?: boolean
}

/** A hold on requests of one API. */
export interface Interception {
  /** Requests that it has met. */
  readonly count: number
  /** Resolves when it has met that many. */
  met(count: number): Promise<void>
  /** Lets go of the requests that hang. */
  release(): void
  /** Meets no further request, and lets go of those that hang. */
  remove(): void
}

export class Hold implements Interception {
  count = 0
  #waiting: { count: number; resolve: () => void }[] = []
  #hanging = new Set<() => void>()

  constructor(
    readonly message: RequestMessage,
    readonly action: Action,
    readonly options: InterceptOptions,
    private readonly forget: (hold: Hold) => void,
  ) {}

  matches(apiKey: number, broker: number): boolean {
    return this.message.key === apiKey && (this.options.broker === undefined || this.options.broker === broker)
  }

  async judge(request: Intercepted): Promise<Verdict | undefined> {
    this.count++
    if (this.options.once) this.forget(this)
    this.#waiting = this.#waiting.filter(({ count, resolve }) => (count <= this.count ? resolve() : true))
    return (typeof this.action === 'function' ? await this.action(request) : this.action) ?? undefined
  }

  met(count: number): Promise<void> {
    if (this.count >= count) return Promise.resolve()
    return new Promise(resolve => {
      this.#waiting.push({ count, resolve })
    })
  }

  /** Until released, or until nobody waits any more. */
  hanging(gone: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const go = () => {
        gone.removeEventListener('abort', go)
        this.#hanging.delete(go)
        resolve()
      }
      if (gone.aborted) return resolve()
      gone.addEventListener('abort', go)
      this.#hanging.add(go)
    })
  }

  release(): void {
    for (const go of [...this.#hanging]) go()
  }

  remove(): void {
    this.forget(this)
    this.release()
  }
}

/** The holds on a cluster's requests, oldest first: the first that gives a verdict decides. */
export class Interceptions {
  readonly #holds = new Set<Hold>()

  add(message: RequestMessage, action: Action, options: InterceptOptions): Interception {
    const hold = new Hold(message, action, options, gone => this.#holds.delete(gone))
    this.#holds.add(hold)
    return hold
  }

  /** Requests of APIs that no handler answers, which somebody scripts. */
  scripted(apiKey: number): RequestMessage | undefined {
    for (const hold of this.#holds) if (hold.message.key === apiKey) return hold.message
    return undefined
  }

  get messages(): RequestMessage[] {
    return [...this.#holds].map(hold => hold.message)
  }

  async judge(request: Intercepted): Promise<{ verdict: Verdict; hold: Hold } | undefined> {
    for (const hold of [...this.#holds]) {
      if (!this.#holds.has(hold) || !hold.matches(request.apiKey, request.broker)) continue
      const verdict = await hold.judge(request)
      if (verdict) return { verdict, hold }
    }
    return undefined
  }

  clear(): void {
    for (const hold of [...this.#holds]) hold.remove()
  }
}
