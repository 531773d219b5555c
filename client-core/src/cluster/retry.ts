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

const watched = new WeakMap<AbortSignal, Set<() => void>>()

/** Runs `fn` when the signal aborts, until what it returns is called. A signal has one listener for all: of more than ten Node warns as of a leak. */
export function onAbort(signal: AbortSignal, fn: () => void): () => void {
  let all = watched.get(signal)
  if (!all) {
    all = new Set()
    watched.set(signal, all)
    signal.addEventListener('abort', tellAll)
  }
  // The same function may be given twice.
  const tell = () => fn()
  all.add(tell)
  return () => {
    all.delete(tell)
    if (all.size > 0 || watched.get(signal) !== all) return
    watched.delete(signal)
    signal.removeEventListener('abort', tellAll)
  }
}
function tellAll(this: AbortSignal): void {
  for (const tell of [...(watched.get(this) ?? [])]) tell()
}

/** Waits `ms`; rejects with `ABORTED` as soon as one of the signals does. Leaves no timer and no listener behind. */
export function sleep(clock: Clock, ms: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = signals.find(s => s?.aborted)
    if (over) return reject(aborted(over))
    const unwatch = signals.map(
      signal =>
        signal &&
        onAbort(signal, () => {
          stop()
          reject(aborted(signal))
        }),
    )
    const timer: TimerHandle = clock.setTimeout(() => {
      stop()
      resolve()
    }, ms)
    const stop = () => {
      clock.clearTimeout(timer)
      for (const end of unwatch) end?.()
    }
  })
}

/** The promise's result, or `ABORTED` as soon as the signal says so; the work itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(aborted(signal))
    promise.then(resolve, reject).finally(onAbort(signal, () => reject(aborted(signal))))
  })
}
