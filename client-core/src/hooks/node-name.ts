/** Seeds have ids from here upwards. */
const firstSeedId = -0x80000000

/** A broker's id as text: the number of one that the cluster named, `seed_0` for the first of `seedBrokers`. */
export const nodeName = (nodeId: number): string => (nodeId < 0 ? `seed_${nodeId - firstSeedId}` : String(nodeId))
