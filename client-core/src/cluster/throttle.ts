/**
 * The versions by API key from which a broker answers first and expects the client to pause (KIP-219, Kafka 2.0): before, it had paused itself.
 * APIs that are not named came later, or never paused.
 */
const firstVersions = new Map<number, number>([
  ...([0, 3] as const).map(key => [key, 6] as const),
  [1, 8],
  [2, 3],
  ...([8, 9] as const).map(key => [key, 4] as const),
  ...([11, 19] as const).map(key => [key, 3] as const),
  ...([10, 12, 13, 14, 15, 16, 18, 20, 32] as const).map(key => [key, 2] as const),
  ...([21, 22, 24, 25, 26, 28, 29, 30, 31, 33, 34, 35, 37, 38, 39, 40, 41, 42] as const).map(key => [key, 1] as const),
])

/** Whether it is the client that has to pause after an answer which names a throttle time. */
export const pausesAfterResponse = (apiKey: number, version: number): boolean => version >= (firstVersions.get(apiKey) ?? 0)
