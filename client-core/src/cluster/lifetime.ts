const YEAR_MS = 365 * 24 * 3600 * 1000
/** A broker renews no login twice within a second. */
const SOONEST_MS = 1000

/**
 * When to renew a login, in ms after the request was sent whose answer named its lifetime: at 95 to 98 % of it, drawn so that not all connections
 * do it at once; at least a second, and what the login itself took, before the end. Never, for a login that lasts: 0.
 */
export function renewalAfter(lifetimeMs: bigint, latencyMs: number, random: () => number): number {
  if (lifetimeMs <= 0n) return Number.POSITIVE_INFINITY
  const lifetime = lifetimeMs > YEAR_MS ? YEAR_MS : Number(lifetimeMs)
  const share = lifetime * (0.02 + 0.03 * random())
  return Math.max(SOONEST_MS, lifetime - Math.max(share, 1000, 1.1 * latencyMs))
}
