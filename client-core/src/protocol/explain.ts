import { broken, type Reader, reader, readUvarint, take } from '../bytes/reader.js'
import type { Place } from './coder.js'
import { defaultOf, isDefault } from './defaults.js'
import { errorForCode } from './errors.js'
import { isFlexible, type Message } from './message.js'
import { int8, int32, sizedCoder } from './scalars.js'
import type { Field, Fields, FieldType } from './schema.js'
import { isNullable, presence } from './struct.js'

/** One piece of a message and the bytes it stands in: what a wire inspector shows. Bytes outside
 * its children are its own: a length, a count, a tag. */
export interface Explained {
  /** The field's name; `[3]` for an item of an array. */
  readonly name: string
  /** `int32`, `string`, `struct`, `array of struct`, `tags`. */
  readonly type: string
  /** Ready to show: a number, text, `3 items`, `120 bytes`; null where null was sent; undefined for a struct. */
  value?: string | number | bigint | boolean | null
  /** The first byte, counted from the start of the bytes that were explained. Lengths and counts in front of a value belong to it. */
  readonly offset: number
  length: number
  children?: Explained[]
  /** How many items of an array are not among the children, because there were too many. */
  hidden?: number
  /** `v8+`, `tag 0, v10+`, `nullable`. */
  readonly note?: string
  /** What an error code means: `NOT_LEADER_OR_FOLLOWER`. */
  meaning?: string
  /** The value is the one that a missing field would have. */
  isDefault: boolean
}

export interface Explanation {
  readonly tree: Explained
  /** Why the bytes could not be read to their end; the tree goes as far as they could. */
  readonly error?: string
  /** Where that was. */
  readonly at?: number
}

export interface ExplainLimits {
  /** Items shown of one array. Default 500. */
  readonly maxItems?: number
  /** Nodes of the whole tree. Default 20 000. */
  readonly maxNodes?: number
}

/**
 * Reads a message into a tree of its fields with their exact bytes. Never throws for what the bytes hold, and stays bounded whatever they
 * claim.
 */
export function explain(message: Message, bytes: Uint8Array, version: number, limits?: ExplainLimits): Explanation {
  return explainWith(new Walk(bytes, limits), message.name, (walk, into) => walk.message(message, version, into))
}

/** Runs a walk below a root node and turns what it throws into the explanation's error. */
export function explainWith(walk: Walk, name: string, run: (walk: Walk, into: Explained[]) => void): Explanation {
  const children: Explained[] = []
  const tree: Explained = { name, type: 'struct', offset: 0, length: 0, children, isDefault: false }
  try {
    run(walk, children)
    walk.end()
  } catch (error) {
    return { tree, error: error instanceof Error ? error.message : String(error), at: walk.start }
  } finally {
    tree.length = walk.from.offset
  }
  return { tree }
}

/** A walk over bytes, guided by tables. */
export class Walk {
  readonly from: Reader
  /** Where the piece that is being read begins. */
  start = 0
  #nodes = 0
  readonly #maxItems: number
  readonly #maxNodes: number

  constructor(bytes: Uint8Array, { maxItems = 500, maxNodes = 20_000 }: ExplainLimits = {}) {
    this.from = reader(bytes)
    this.from.budget = Number.POSITIVE_INFINITY
    this.#maxItems = maxItems
    this.#maxNodes = maxNodes
  }

  message(message: Message, version: number, into: Explained[]): void {
    const [first, last] = message.versions
    if (version < first || version > last) throw new Error(`${message.name} has the versions ${first} to ${last}, not ${version}`)
    this.struct(message.fields, { path: message.name, version, flexible: isFlexible(message, version), nullable: false }, into)
  }

  /** The fields of a struct, then its tagged section. True if all of them have their defaults. */
  struct(fields: Fields, place: Place, into: Explained[]): boolean {
    const plain = this.plain(fields, place, into)
    return place.flexible ? this.tags(fields, place, into) && plain : plain
  }

  plain(fields: Fields, place: Place, into: Explained[]): boolean {
    let allDefault = true
    for (const [name, field] of Object.entries(fields)) {
      if (presence(field, place.version) !== 'plain') continue
      if (!this.#field(name, field, place, into)) allDefault = false
    }
    return allDefault
  }

  tags(fields: Fields, place: Place, into: Explained[]): boolean {
    const known = Object.entries(fields).filter(([, field]) => presence(field, place.version) === 'tagged')
    return this.#node({ name: 'tagged fields', type: 'tags' }, into, (children, node) => {
      const count = readUvarint(this.from)
      node.value = count === 0 ? 'none' : items(count)
      for (let i = 0; i < count; i++) {
        if (this.#nodes < this.#maxNodes) this.#tag(known, place, children)
        else {
          readUvarint(this.from)
          this.#take(readUvarint(this.from))
          node.hidden = (node.hidden ?? 0) + 1
        }
      }
      return count === 0
    })
  }

  /** What is left behind the last field is an error. */
  end(): void {
    this.start = this.from.offset
    const left = this.from.end - this.from.offset
    if (left > 0) throw broken(this.from, 'message', `${left} bytes are left over behind its last field`, this.start)
  }

  #tag(known: [string, Field][], place: Place, into: Explained[]): void {
    const start = this.from.offset
    this.start = start
    const tag = readUvarint(this.from)
    const size = readUvarint(this.from)
    const found = known.find(([, field]) => field.tag === tag)
    if (found !== undefined) {
      this.#field(...found, place, into, start)
      return
    }
    this.#take(size)
    const value = `${size} bytes`
    this.#node({ name: `tag ${tag}`, type: 'unknown', note: `tag ${tag}, not in our tables` }, into, () => false, start, value)
  }

  #field(name: string, field: Field, place: Place, into: Explained[], start = this.from.offset): boolean {
    const inside = {
      ...place,
      path: `${place.path}.${name}`,
      nullable: isNullable(field, place.version),
      tagged: field.tag !== undefined,
    }
    const type = field.type
    return this.#node(
      { name, type: typeName(type), note: noteOf(field, inside) },
      into,
      (children, node) => {
        this.#value(type, inside, node, children)
        if (name === 'errorCode' && node.value !== 0) node.meaning = errorForCode(Number(node.value)).code
        return type.kind === 'struct' && node.value !== null ? node.isDefault : hasDefault(field, node.value)
      },
      start,
    )
  }

  #value(type: FieldType, place: Place, node: Explained, into: Explained[]): void {
    if (type.kind === 'array') this.#array(type.of, place, node, into)
    else if (type.kind === 'struct') {
      if (place.nullable && (int8.coder(place).read(this.from) as number) < (place.tagged ? 1 : 0)) node.value = null
      else node.isDefault = this.struct(type.fields, place, into)
    } else {
      const value = type.coder(place).read(this.from)
      node.value = value instanceof Uint8Array ? `${value.length} bytes` : (value as Explained['value'])
    }
  }

  #array(of: FieldType, place: Place, node: Explained, into: Explained[]): void {
    const count = countOf(place, this.from)
    if (count === null) {
      node.value = null
      return
    }
    const left = this.from.end - this.from.offset
    if (count > left) throw broken(this.from, 'array', `${count} items cannot stand in ${left} bytes`, this.start)
    node.value = items(count)
    const inside = { ...place, nullable: false }
    const fits = () => into.length < this.#maxItems && this.#nodes < this.#maxNodes
    while (into.length < count && fits()) {
      this.#node({ name: `[${into.length}]`, type: typeName(of) }, into, (children, item) => {
        this.#value(of, inside, item, children)
        return false
      })
    }
    if (into.length < count) node.hidden = this.#skip(of, inside, count - into.length)
  }

  /** Steps over items that are not shown, at the speed of the codec. */
  #skip(of: FieldType, place: Place, count: number): number {
    const { read } = of.coder(place)
    for (let i = 0; i < count; i++) {
      this.start = this.from.offset
      read(this.from)
    }
    return count
  }

  #take(size: number): void {
    take(this.from, size, 'tagged field')
  }

  /** Adds a node before what is in it is read, so that a broken message shows the fields up to the break. */
  #node(
    is: Pick<Explained, 'name' | 'type' | 'note'>,
    into: Explained[],
    read: (children: Explained[], node: Explained) => boolean,
    start = this.from.offset,
    value?: Explained['value'],
  ): boolean {
    this.start = start
    this.#nodes++
    const node: Explained = { ...is, value, offset: start, length: 0, isDefault: false }
    const children: Explained[] = []
    into.push(node)
    try {
      node.isDefault = read(children, node)
    } finally {
      node.length = this.from.offset - start
      if (children.length > 0) node.children = children
    }
    return node.isDefault
  }
}

const countOf = (place: Place, from: Reader) =>
  sizedCoder(
    place,
    'array',
    int32,
    (_, count) => count,
    () => false,
    () => {},
  ).read(from) as number | null

const items = (count: number): string => (count === 1 ? '1 item' : `${count} items`)

function typeName(type: FieldType): string {
  return type.kind === 'array' ? `array of ${typeName(type.of)}` : type.kind
}

function noteOf(field: Field, place: Place): string | undefined {
  const { since, until, tag } = field
  const notes: string[] = []
  if (tag !== undefined) notes.push(`tag ${tag}`)
  if (until !== Number.POSITIVE_INFINITY) notes.push(`v${since}-${until}`)
  else if (since > 0) notes.push(`v${since}+`)
  if (place.nullable) notes.push('nullable')
  return notes.length > 0 ? notes.join(', ') : undefined
}

/** Compares by what is shown: an array or bytes field is default when it is empty or null as its default is. */
function hasDefault(field: Field, value: Explained['value']): boolean {
  switch (field.type.kind) {
    case 'array':
      return value === null ? defaultOf(field) === null : value === '0 items' && defaultOf(field) !== null
    case 'bytes':
    case 'records':
      return value === null ? defaultOf(field) === null : value === '0 bytes' && defaultOf(field) !== null
    default:
      return isDefault(field, value)
  }
}
