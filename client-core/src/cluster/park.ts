/** How long the request itself lets the broker take before it answers, in ms: its timeout, Fetch's wait, a rebalance. */
export function parkOf(apiKey: number, body: unknown): number {
  const fields = body as { timeoutMs?: number; maxWaitMs?: number; rebalanceTimeoutMs?: number; sessionTimeoutMs?: number }
  const isGroup = apiKey === 11 || apiKey === 14
  const ms = isGroup ? (fields.rebalanceTimeoutMs ?? fields.sessionTimeoutMs) : (fields.timeoutMs ?? fields.maxWaitMs)
  return Math.max(0, ms ?? 0)
}
