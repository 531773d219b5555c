import type { Clock, TimerHandle } from '../clock.js'
import { ClientError } from '../error.js'
import { KafkaError } from '../protocol/errors.js'
import { TransportError } from '../transport/stream.js'

/** 250 ms doubling up to 5 s, 20 % jitter either way: kgo's. `attempt` counts from 1. */
export function exponentialBackoff(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(5_000, 250 * 2 ** (Math.min(attempt, 16) - 1))
  return base * (0.8 + 0.4 * random())
}

const retriableClientErrors = new Set(['CONNECTION_CLOSED', 'REQUEST_TIMEOUT', 'UNKNOWN_BROKER', 'CORRELATION_MISMATCH'])

/** Whether the same request may succeed when it is sent again, perhaps to another broker. */
export function isRetriable(error: unknown): boolean {
  if (error instanceof KafkaError) return error.retriable
  if (error instanceof TransportError) return error.retriable
  return error instanceof ClientError && retriableClientErrors.has(error.code)
}

export function aborted(signal: AbortSignal): ClientError {
  return new ClientError('ABORTED', 'the call was aborted by its signal', { cause: signal.reason })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal)
}

/** Waits `ms`; rejects with `ABORTED` as soon as one of the signals does. Leaves no timer and no listener behind. */
export function sleep(clock: Clock, ms: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: TimerHandle | undefined
    const stop = () => {
      clock.clearTimeout(timer)
      for (const signal of signals) signal?.removeEventListener('abort', onAbort)
    }
    const onAbort = () => {
      stop()
      reject(aborted(signals.find(s => s?.aborted)!))
    }
    for (const signal of signals) {
      if (signal?.aborted) return onAbort()
      signal?.addEventListener('abort', onAbort)
    }
    timer = clock.setTimeout(() => {
      stop()
      resolve()
    }, ms)
  })
}

/** The promise's result, or `ABORTED` as soon as the signal says so; the work itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(aborted(signal))
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
  })
}
