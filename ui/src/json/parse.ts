/**
 * JSON as it was written: numbers keep their text, objects keep their order and their duplicate keys, every node knows its place. JSON.parse
 * keeps none of the three.
 */

/** Deeper documents are shown as text. */
export const MAX_DEPTH = 512

interface Place {
  /** Where the node starts in the text, and where it ends (exclusive), in UTF-16 units. */
  start: number
  end: number
}
export type JsonNode =
  | ({ is: 'object'; entries: JsonEntry[] } & Place)
  | ({ is: 'array'; items: JsonNode[] } & Place)
  | ({ is: 'string'; value: string } & Place)
  /** `text` as written: 1e3, 9007199254747985, 0.10. */
  | ({ is: 'number'; text: string } & Place)
  | ({ is: 'literal'; text: 'true' | 'false' | 'null' } & Place)
export interface JsonEntry {
  key: string
  value: JsonNode
}

export class JsonError extends Error {
  override readonly name = 'JsonError'
  constructor(
    message: string,
    /** UTF-16 index of the first character that does not fit. */
    readonly at: number,
  ) {
    super(message)
  }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const escapes: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** Throws a `JsonError` that names the place. */
export function parseJson(text: string): JsonNode {
  const reader = new Reader(text)
  const node = reader.value(0)
  reader.space()
  if (reader.at < text.length) throw reader.unexpected('after the value')
  return node
}

/** Inside a string: neither a quote nor a backslash nor a control character; false for NaN, the end. */
const isPlain = (code: number) => code >= 0x20 && code !== 0x22 && code !== 0x5c

class Reader {
  at = 0
  constructor(private readonly text: string) {}

  space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.at++
    }
  }

  unexpected(where: string): JsonError {
    const found = this.text[this.at]
    return new JsonError(found === undefined ? `ends ${where}` : `${JSON.stringify(found)} ${where}`, this.at)
  }

  value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw new JsonError(`deeper than ${MAX_DEPTH} levels`, this.at)
    this.space()
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth)
      case '[':
        return this.array(depth)
      case '"': {
        const start = this.at
        const value = this.string()
        return { is: 'string', value, start, end: this.at }
      }
      case 't':
        return this.literal('true')
      case 'f':
        return this.literal('false')
      case 'n':
        return this.literal('null')
      default:
        return this.number()
    }
  }

  private object(depth: number): JsonNode {
    const start = this.at++
    const entries: JsonEntry[] = []
    this.space()
    if (this.take('}')) return { is: 'object', entries, start, end: this.at }
    for (;;) {
      this.space()
      if (this.text[this.at] !== '"') throw this.unexpected('where a key should be')
      const key = this.string()
      this.space()
      if (!this.take(':')) throw this.unexpected('where ":" should be')
      entries.push({ key, value: this.value(depth + 1) })
      this.space()
      if (this.take('}')) return { is: 'object', entries, start, end: this.at }
      if (!this.take(',')) throw this.unexpected('where "," or "}" should be')
    }
  }

  private array(depth: number): JsonNode {
    const start = this.at++
    const items: JsonNode[] = []
    this.space()
    if (this.take(']')) return { is: 'array', items, start, end: this.at }
    for (;;) {
      items.push(this.value(depth + 1))
      this.space()
      if (this.take(']')) return { is: 'array', items, start, end: this.at }
      if (!this.take(',')) throw this.unexpected('where "," or "]" should be')
    }
  }

  private string(): string {
    let value = ''
    this.at++
    for (;;) {
      const start = this.at
      while (isPlain(this.text.charCodeAt(this.at))) this.at++
      value += this.text.slice(start, this.at)
      if (this.take('"')) return value
      if (!this.take('\\')) throw this.unexpected('inside a string')
      value += this.escape()
    }
  }

  private escape(): string {
    const letter = this.text[this.at]
    if (letter === 'u') {
      const digits = this.text.slice(this.at + 1, this.at + 5)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.unexpected('in an escape that needs four hex digits')
      this.at += 5
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const char = Object.hasOwn(escapes, letter ?? '') ? escapes[letter] : undefined
    if (char === undefined) throw this.unexpected('after a backslash')
    this.at++
    return char
  }

  private number(): JsonNode {
    number.lastIndex = this.at
    const text = number.exec(this.text)?.[0]
    if (!text) throw this.unexpected('where a value should be')
    const start = this.at
    this.at += text.length
    return { is: 'number', text, start, end: this.at }
  }

  private literal(text: 'true' | 'false' | 'null'): JsonNode {
    if (!this.text.startsWith(text, this.at)) throw this.unexpected('where a value should be')
    const start = this.at
    this.at += text.length
    return { is: 'literal', text, start, end: this.at }
  }

  private take(char: string): boolean {
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }
}

/** True for a number that a double cannot hold: the open record says "exact" beside it. */
export function beyondDouble(text: string): boolean {
  if (!/^-?\d+$/.test(text)) return false
  const value = BigInt(text)
  return value > 9_007_199_254_740_991n || value < -9_007_199_254_740_991n
}
