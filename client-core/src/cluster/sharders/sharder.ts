import type { Cluster, Target } from '../cluster.js'

/** A part of a request and who can answer it; or why nobody can. With both, it is that broker which is not there, and nobody else would do. */
export interface Piece<B = unknown> {
  target?: Target
  body: B
  error?: Error
}

/** An answer cut in two. */
export interface Refused<B, R> {
  /** What is to be asked again. */
  again: B
  /** The rest, if there is any: what was asked, and its answer. */
  kept?: { body: B; answer: R }
}

/** Who was asked for what in one call, for requests that go to several brokers for the same thing. */
export type Asked = Set<string>

/** How requests of one API are cut up and their answers put together again. Methods, so that the table may hold sharders of all APIs. */
export interface Sharder<B = unknown, R = unknown> {
  /** Whether a piece goes to a broker for what it leads or coordinates: then it is split anew when that broker fails. */
  readonly isBound?: true | ((body: B) => boolean)
  split(cluster: Cluster, body: B, asked: Asked): Promise<Piece<B>[]>
  /** What a broker refused because it was the wrong one, so that only that is asked again; undefined when nothing is. */
  refused?(answer: R, body: B): Refused<B, R> | undefined
  /** What was cached about a piece and turned out to be stale; `broker`: the one that was asked. */
  forget(cluster: Cluster, body: B, asked: Asked, broker: number): Promise<void>
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

/** A new leader that cannot tell yet what is committed is among them: `OFFSET_NOT_AVAILABLE` (KIP-207). */
const staleLeader = [3, 5, 6, 75, 78, 100]
const staleCoordinator = [14, 15, 16]
/** Codes that another broker, or the same one a little later, would not give. A fenced epoch (74) stays fenced: the asker has to learn the new one. */
export const isStale = (code: number): boolean => staleLeader.includes(code) || staleCoordinator.includes(code)

/** For requests that are not split anew. */
export const nothingStale = { forget: async () => {} }

export const maxThrottle = (answers: readonly { throttleTimeMs: number }[]): number => Math.max(0, ...answers.map(a => a.throttleTimeMs))

/** The last of those with the same key. */
export const unique = <T, K>(items: readonly T[], keyOf: (item: T) => K): T[] => [...new Map(items.map(i => [keyOf(i), i])).values()]

/**
 * Cuts an answer by what its items are about. `K`: a name of the thing, the same in body and answer.
 * @param keep the body with those things alone; undefined when there are none
 */
export function cut<B, R, K>(
  refused: ReadonlySet<K>,
  keep: (chosen: (key: K) => boolean) => B | undefined,
  rest: () => R,
): Refused<B, R> | undefined {
  const again = refused.size > 0 ? keep(key => refused.has(key)) : undefined
  if (again === undefined) return undefined
  const body = keep(key => !refused.has(key))
  return { again, kept: body === undefined ? undefined : { body, answer: rest() } }
}
