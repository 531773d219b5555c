/** Paused topics and partitions. Topics and partitions are paused by themselves: resuming a topic keeps the pauses of its partitions. */
export class Pauses {
  readonly #topics = new Set<string>()
  readonly #partitions = new Map<string, Set<number>>()

  has(topic: string, partition: number): boolean {
    return this.#topics.has(topic) || (this.#partitions.get(topic)?.has(partition) ?? false)
  }

  pauseTopics(topics: readonly string[]): string[] {
    for (const topic of topics) this.#topics.add(topic)
    return [...this.#topics]
  }
  resumeTopics(topics: readonly string[]): void {
    for (const topic of topics) this.#topics.delete(topic)
  }

  pausePartitions(partitions: ReadonlyMap<string, Iterable<number>>): Map<string, number[]> {
    for (const [topic, numbers] of partitions) {
      const paused = this.#partitions.get(topic) ?? new Set()
      for (const n of numbers) paused.add(n)
      this.#partitions.set(topic, paused)
    }
    return new Map([...this.#partitions].map(([topic, numbers]) => [topic, [...numbers].sort((a, b) => a - b)]))
  }
  resumePartitions(partitions: ReadonlyMap<string, Iterable<number>>): void {
    for (const [topic, numbers] of partitions) {
      const paused = this.#partitions.get(topic)
      for (const n of numbers) paused?.delete(n)
      if (paused?.size === 0) this.#partitions.delete(topic)
    }
  }
}
