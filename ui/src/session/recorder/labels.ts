/** Strings as small numbers, so that a ring of rows can hold them in a typed array. Bounded: when it is full, what no row uses makes room. */
export class Labels {
  private readonly numbers = new Map<string, number>()
  private readonly texts: (string | undefined)[] = ['']
  private readonly free: number[] = []

  /** `used` marks the numbers that are still needed: `mark[n] = 1`. */
  constructor(
    private readonly capacity: number,
    private readonly used: (mark: Uint8Array) => void,
  ) {
    this.numbers.set('', 0)
  }

  /** The number of a text; 0, the empty text, when every number is in use. */
  number(text: string): number {
    return this.numbers.get(text) ?? this.add(text)
  }

  /** The numbers of the texts that pass. */
  numbersOf(passes: (text: string) => boolean): Set<number> {
    const found = new Set<number>()
    for (const [text, number] of this.numbers) if (number > 0 && passes(text)) found.add(number)
    return found
  }

  text(number: number): string {
    return this.texts[number] ?? ''
  }

  get size(): number {
    return this.numbers.size
  }

  private add(text: string): number {
    if (this.texts.length >= this.capacity && this.free.length === 0) this.collect()
    const number = this.free.pop() ?? (this.texts.length < this.capacity ? this.texts.length : 0)
    if (number === 0) return 0
    this.texts[number] = text
    this.numbers.set(text, number)
    return number
  }

  private collect(): void {
    const mark = new Uint8Array(this.capacity)
    this.used(mark)
    for (let number = 1; number < this.texts.length; number++) {
      const text = this.texts[number]
      if (mark[number] || text === undefined) continue
      this.numbers.delete(text)
      this.texts[number] = undefined
      this.free.push(number)
    }
  }
}
