import type { Cluster, Target } from '../cluster.js'

/** A part of a request and who can answer it; or why nobody can. */
export interface Piece<B = unknown> {
  target?: Target
  body: B
  error?: Error
}

/**
 * How requests of one API are cut up and their answers put together again. Methods, so that the table may hold sharders of all APIs; `codes` gets
 * answers and `forget` bodies of its own API.
 */
export interface Sharder<B = unknown, R = unknown> {
  /** Whether a piece goes to a broker for what it leads or coordinates: then it is split anew when that broker fails. */
  readonly isBound?: true
  split(cluster: Cluster, body: B): Promise<Piece<B>[]>
  /** Error codes in an answer which may say that the broker was the wrong one. */
  codes(answer: R): number[]
  /** What was cached about a piece and turned out to be stale. */
  forget(cluster: Cluster, body: B): Promise<void>
  merge(answers: R[]): R
  /** Versions that can carry the body; by default all. */
  pin?(body: B): { min?: number; max?: number }
  /** The body in the form that a version takes. */
  fit?(body: B, version: number): B
  /** The answer in the form that the body asked for, whatever version carried it. */
  read?(answer: R, body: B): R
  /** For a broker that takes one thing at a time: a body for each. */
  singles?(body: B): B[]
}

const staleLeader = [3, 5, 6, 75, 100]
const staleCoordinator = [14, 15, 16]
/** Codes that another broker, or the same one a little later, would not give. A fenced epoch (74) stays fenced: the asker has to learn the new one. */
export const isStale = (code: number): boolean => staleLeader.includes(code) || staleCoordinator.includes(code)

/** For requests that are not split anew. */
export const nothingStale = { codes: () => [], forget: async () => {} }

export const maxThrottle = (answers: readonly { throttleTimeMs: number }[]): number => Math.max(0, ...answers.map(a => a.throttleTimeMs))

/** The last of those with the same key. */
export const unique = <T, K>(items: readonly T[], keyOf: (item: T) => K): T[] => [...new Map(items.map(i => [keyOf(i), i])).values()]
