import type { TopicView } from '../cluster/metadata.js'

/** Which topics regular expressions mean. Each topic is looked at once; internal ones are never meant. */
export class TopicPatterns {
  readonly #patterns: readonly RegExp[]
  readonly #known = new Map<string, boolean>()

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map(pattern => new RegExp(pattern))
  }

  has({ name, isInternal }: TopicView): boolean {
    let isMeant = this.#known.get(name)
    if (isMeant === undefined) this.#known.set(name, (isMeant = !isInternal && this.#patterns.some(pattern => pattern.test(name))))
    return isMeant
  }
  /** A topic of that name will be looked at anew. */
  forget(name: string): void {
    this.#known.delete(name)
  }
}
