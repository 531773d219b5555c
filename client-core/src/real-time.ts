const underWay = new Set<Promise<unknown>>()

/**
 * Marks work that neither a timer nor other promises bring about: a module that loads, what the platform computes beside the thread. It takes its time
 * whatever a clock says, so a virtual clock stands still meanwhile. Gives the promise that it was given.
 */
export function inRealTime<T>(work: Promise<T>): Promise<T> {
  underWay.add(work)
  const settled = () => underWay.delete(work)
  work.then(settled, settled)
  return work
}

/** Resolves when none of the work that is marked now is under way any more; false, at once, when there is none. */
export function realTime(): false | Promise<unknown> {
  return underWay.size > 0 && Promise.allSettled(underWay)
}
