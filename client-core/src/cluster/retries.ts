import { ClientError } from '../error.js'
import { logs } from '../hooks/logger.js'
import { KafkaError, type KafkaErrorCode } from '../protocol/errors.js'
import type { ResolvedConnectionOptions } from './options.js'
import { isRetriable, sleep, throwIfAborted } from './retry.js'

export const closedError = (): ClientError => new ClientError('CLIENT_CLOSED', 'the client was closed')

type Options = Pick<ResolvedConnectionOptions, 'clock' | 'logger' | 'random' | 'requestRetries' | 'retryTimeoutMs' | 'retryBackoff'>

/** When what failed is tried again, and for how long. All of it ends with the client. */
export class Retries {
  constructor(
    private readonly options: Options,
    private readonly closing: AbortSignal,
  ) {}

  /** For code that is loaded late: importing it would make chunks of what all load. */
  readonly isRetriable = isRetriable
  refusal(code: KafkaErrorCode, detail: string): KafkaError {
    return new KafkaError(code, detail)
  }

  /** Whether try `attempt` may be followed by another, after what began at `since`; `pauseMs` from now. */
  mayFollow(apiKey: number, attempt: number, since: number, pauseMs = 0, most = this.options.requestRetries): boolean {
    const { retryTimeoutMs, clock } = this.options
    const limit = typeof retryTimeoutMs === 'function' ? retryTimeoutMs(apiKey) : retryTimeoutMs
    return attempt <= most && !this.closing.aborted && (limit === 0 || clock.now() + pauseMs <= since + limit)
  }

  /** Runs `work` until it succeeds, fails for good, or the retries or their time are used up. */
  async run<T>(
    apiKey: number,
    signal: AbortSignal | undefined,
    work: (attempt: number) => Promise<T>,
    mayHelp: (error: unknown) => boolean = isRetriable,
  ): Promise<T> {
    const { logger, clock } = this.options
    const since = clock.now()
    for (let attempt = 1; ; attempt++) {
      this.throwIfOver(signal)
      try {
        return await work(attempt)
      } catch (error) {
        this.throwIfOver(signal)
        const pauseMs = this.pauseAfter(attempt)
        if (!mayHelp(error) || !this.mayFollow(apiKey, attempt, since, pauseMs)) throw error
        if (logs(logger, 'debug')) logger.log('debug', 'a request is tried again', { apiKey, attempt, pauseMs, error })
        await this.#sleep(pauseMs, signal)
      }
    }
  }

  /** The pause before try `attempt + 1`. */
  pause(attempt: number, signal?: AbortSignal): Promise<void> {
    return this.#sleep(this.pauseAfter(attempt), signal)
  }
  /** Its length, in ms. */
  pauseAfter(attempt: number): number {
    return Math.max(0, this.options.retryBackoff(attempt, this.options.random) || 0)
  }

  /** @throws ClientError `CLIENT_CLOSED`, `ABORTED`. */
  throwIfOver(signal: AbortSignal | undefined): void {
    if (this.closing.aborted) throw closedError()
    throwIfAborted(signal)
  }

  async #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await sleep(this.options.clock, ms, signal, this.closing)
    } catch (stop) {
      throw this.closing.aborted ? closedError() : stop
    }
  }
}
