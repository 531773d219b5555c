import type { Cursor } from './cursor.js'

/** The consumed partitions, by topic and number. */
export class CursorTable implements Iterable<Cursor> {
  readonly #topics = new Map<string, Map<number, Cursor>>()

  get(topic: string, partition: number): Cursor | undefined {
    return this.#topics.get(topic)?.get(partition)
  }
  of(topic: string): ReadonlyMap<number, Cursor> | undefined {
    return this.#topics.get(topic)
  }
  get topics(): Iterable<string> {
    return this.#topics.keys()
  }

  add(cursor: Cursor): void {
    const partitions = this.#topics.get(cursor.topic)
    if (partitions) partitions.set(cursor.partition, cursor)
    else this.#topics.set(cursor.topic, new Map([[cursor.partition, cursor]]))
  }
  delete({ topic, partition }: Cursor): void {
    const partitions = this.#topics.get(topic)
    partitions?.delete(partition)
    if (partitions?.size === 0) this.#topics.delete(topic)
  }

  *[Symbol.iterator](): Generator<Cursor, undefined> {
    for (const partitions of this.#topics.values()) yield* partitions.values()
  }
}
