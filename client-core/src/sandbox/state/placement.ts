/**
 * Replicas of `count` partitions over the brokers, the first of each list the preferred leader: leaders go round the brokers, followers follow at a
 * distance that grows with each round, so that the load of a broker that stops spreads over the others. `first` is the partition that begins.
 */
export function placeReplicas(brokers: readonly number[], count: number, factor: number, first: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const partition = first + i
    const leader = partition % brokers.length
    const shift = Math.floor(partition / brokers.length)
    const replicas = [brokers[leader]]
    for (let r = 1; r < factor; r++) {
      const distance = 1 + ((shift + r - 1) % (brokers.length - 1))
      replicas.push(brokers[(leader + distance) % brokers.length])
    }
    return replicas
  })
}
