/**
 * The versions by API key from which a broker answers first and expects the client to pause (KIP-219, Kafka 2.0): before, it had paused itself.
 * 0, and those behind: they came later, or never paused.
 */
// biome-ignore format: ten in a row
const firstVersions = [
  6, 8, 3, 6, 0, 0, 0, 0, 4, 4,
  2, 3, 2, 2, 2, 2, 2, 0, 2, 3,
  2, 1, 1, 0, 1, 1, 1, 0, 1, 1,
  1, 1, 2, 1, 1, 1, 0, 1, 1, 1,
  1, 1, 1,
]

/** Whether it is the client that has to pause after an answer which names a throttle time. */
export const pausesAfterResponse = (apiKey: number, version: number): boolean => version >= (firstVersions[apiKey] ?? 0)
