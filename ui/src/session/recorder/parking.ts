/**
 * How long a broker held a request because it was asked to. A long poll that has something to bring is answered at once, and no answer says how
 * long it was parked: so only the wait beyond what other requests usually wait counts, up to what the request allowed, and a little more than usual
 * is not parking at all.
 */
const USUAL_WEIGHT = 0.05
const LEAST_MS = 20

export class Parking {
  /** What requests that cannot be parked wait, as a moving average. */
  private usualMs = 0
  /** What requests without a row allow: those sent while nothing is recorded. */
  private readonly unseen = new Map<number, number>()

  /** The parked part of a wait; a wait that could not be parked teaches what is usual. */
  parked(waitMs: number, parkMs: number): number {
    if (parkMs <= 0) {
      this.usualMs += (waitMs - this.usualMs) * (this.usualMs === 0 ? 1 : USUAL_WEIGHT)
      return 0
    }
    const beyond = Math.min(waitMs - this.usualMs, parkMs)
    return beyond < LEAST_MS ? 0 : beyond
  }

  note(id: number, parkMs: number): void {
    if (parkMs > 0) this.unseen.set(id, parkMs)
  }

  take(id: number): number {
    const parkMs = this.unseen.get(id) ?? 0
    this.unseen.delete(id)
    return parkMs
  }

  forget(): void {
    this.unseen.clear()
  }
}
