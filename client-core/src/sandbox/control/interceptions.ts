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

/** What an interception made of a request. */
export interface Judgement {
  readonly verdict: Verdict
  /** For a request that hangs: resolves when it is released, or when nobody waits any more. */
  released(gone: AbortSignal): Promise<void>
}

class Hold implements Interception {
  count = 0
  #waiting: { count: number; resolve: () => void }[] = []
  #hanging = new Set<() => void>()
  /** Requests up to this one do not hang, or no longer: who releases may be quicker than the request that was met. */
  #released = 0

  constructor(
    readonly message: RequestMessage,
    private readonly action: Action,
    private readonly options: InterceptOptions,
    private readonly forget: (hold: Hold) => void,
  ) {}

  matches(apiKey: number, broker: number): boolean {
    return this.message.key === apiKey && (this.options.broker === undefined || this.options.broker === broker)
  }

  async judge(request: Intercepted): Promise<Judgement | undefined> {
    const nth = ++this.count
    if (this.options.once) this.forget(this)
    for (const { count, resolve } of this.#waiting) if (count <= nth) resolve()
    this.#waiting = this.#waiting.filter(({ count }) => count > nth)
    const verdict = typeof this.action === 'function' ? await this.action(request) : this.action
    return verdict && { verdict, released: gone => this.#hang(nth, gone) }
  }

  met(count: number): Promise<void> {
    if (this.count >= count) return Promise.resolve()
    return new Promise(resolve => {
      this.#waiting.push({ count, resolve })
    })
  }

  release(): void {
    this.#released = this.count
    for (const go of [...this.#hanging]) go()
  }

  remove(): void {
    this.forget(this)
    this.release()
  }

  #hang(nth: number, gone: AbortSignal): Promise<void> {
    if (gone.aborted || nth <= this.#released) return Promise.resolve()
    return new Promise(resolve => {
      const go = () => {
        gone.removeEventListener('abort', go)
        this.#hanging.delete(go)
        resolve()
      }
      gone.addEventListener('abort', go)
      this.#hanging.add(go)
    })
  }
}

/** The holds on a cluster's requests, oldest first: the first that gives a verdict decides. */
export class Interceptions {
  readonly #holds = new Set<Hold>()
  /** Every hold ever made whose requests may hang: one that is used up is met no more, but its request may still wait. */
  readonly #all = new Set<Hold>()

  add(message: RequestMessage, action: Action, options: InterceptOptions): Interception {
    const hold = new Hold(message, action, options, gone => this.#holds.delete(gone))
    this.#holds.add(hold)
    this.#all.add(hold)
    return hold
  }

  /** The table of an API that no handler answers and somebody scripts. */
  scripted(apiKey: number): RequestMessage | undefined {
    for (const { message } of this.#holds) if (message.key === apiKey) return message
    return undefined
  }

  get messages(): RequestMessage[] {
    return [...this.#holds].map(({ message }) => message)
  }

  async judge(request: Intercepted): Promise<Judgement | undefined> {
    for (const hold of [...this.#holds]) {
      // An action may take its time: another request may have used up the next hold meanwhile.
      if (!this.#holds.has(hold) || !hold.matches(request.apiKey, request.broker)) continue
      const judgement = await hold.judge(request)
      if (judgement) return judgement
    }
    return undefined
  }

  clear(): void {
    for (const hold of this.#all) hold.remove()
    this.#all.clear()
  }
}
