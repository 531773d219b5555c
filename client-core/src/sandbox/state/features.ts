/** One of the features that a cluster agrees on (KIP-584); a finalized level of 0 is not told. */
export interface Feature {
  readonly min: number
  readonly max: number
  level: number
}

/** As Kafka 4.4 formats a cluster. */
export function newestFeatures(): Map<string, Feature> {
  const feature = (min: number, max: number, level = max): Feature => ({ min, max, level })
  return new Map([
    ['metadata.version', feature(7, 33)],
    ['kraft.version', feature(0, 1, 0)],
    ['transaction.version', feature(0, 2)],
    ['group.version', feature(0, 1)],
    ['eligible.leader.replicas.version', feature(0, 1)],
    ['share.version', feature(0, 2)],
    ['streams.version', feature(0, 1)],
  ])
}
