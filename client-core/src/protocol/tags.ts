import { malformed } from '../bytes/malformed.js'
import type { Reader } from '../bytes/reader.js'
import { Writer } from '../bytes/writer.js'
import { type Coder, type Member, type Place, refused, shown } from './coder.js'
import { isDefault } from './defaults.js'
import type { UnknownTags } from './schema.js'

export interface TagCoder {
  /** Into nothing where the reader discards. */
  read(from: Reader, into: Record<string, unknown> | undefined): void
  write(to: Writer, value: Record<string, unknown>): void
}

/** Memory of an unknown tag: its view, its place in a map, its share of the map. */
const UNKNOWN = 250

interface TagField extends Member {
  readonly tag: number
}

/** The tagged section of a struct (KIP-482): a count, then tag, size and value of each. Written in ascending order of tags; read in any,
 * as Kafka does. */
export function tagCoder(members: readonly Member[], place: Place): TagCoder {
  const known = members.map((member): TagField => ({ ...member, tag: member.field.spec.tag! }))
  const byTag = new Map(known.map(field => [field.tag, field]))
  const inOrder = [...known].sort((a, b) => a.tag - b.tag)

  const readOne = (from: Reader, into: Record<string, unknown> | undefined): void => {
    const tag = from.uvarint()
    const size = from.uvarint()
    const field = byTag.get(tag)
    from.spend(field === undefined ? UNKNOWN : field.coder.cost)
    const value = field === undefined ? from.view(size) : readSized(from, field, size)
    if (into === undefined) return
    if (field === undefined) keepUnknown(into, tag, value as Uint8Array)
    else into[field.name] = value
  }

  return {
    read(from, into) {
      // No check of the count is needed: each round reads two bytes at least or throws, and nothing is sized by it.
      for (let left = from.uvarint(); left > 0; left--) readOne(from, into)
    },

    write(to, value) {
      const given = inOrder.length === 0 ? inOrder : inOrder.filter(({ name, field }) => !isDefault(field, value[name]))
      const unknown: UnknownTags | undefined = value.unknownTags instanceof Map ? value.unknownTags : undefined
      if (given.length === 0 && unknown === undefined) return to.uvarint(0)
      const tags = given.map(({ tag, name, coder }): [number, Uint8Array] => [tag, written(coder, value[name])])
      for (const [tag, bytes] of unknown ?? noTags) {
        const field = byTag.get(tag)
        if (field !== undefined) throw refused(place, `unknownTags has tag ${tag}, which is ${field.name}`)
        if (!(bytes instanceof Uint8Array)) throw refused(place, `unknownTags has ${shown(bytes)} for tag ${tag}, not a Uint8Array`)
        tags.push([tag, bytes])
      }
      if (unknown !== undefined) tags.sort(([a], [b]) => a - b)
      to.uvarint(tags.length)
      for (const [tag, bytes] of tags) {
        to.uvarint(tag)
        to.uvarint(bytes.length)
        to.bytes(bytes)
      }
    },
  }
}

const noTags: UnknownTags = new Map()

function keepUnknown(into: Record<string, unknown>, tag: number, bytes: Uint8Array): void {
  const kept = into.unknownTags
  if (kept instanceof Map) kept.set(tag, bytes)
  else into.unknownTags = new Map([[tag, bytes]])
}

function readSized(from: Reader, { name, coder }: TagField, size: number): unknown {
  const start = from.offset
  const end = from.end
  if (size > from.left) throw malformed(`tagged field ${name}`, start, `it needs ${size} bytes and ${from.left} are left`)
  from.end = start + size
  const value = coder.read(from)
  if (from.offset !== from.end)
    throw malformed(`tagged field ${name}`, start, `it has ${size} bytes but its value ends after ${from.offset - start}`)
  from.end = end
  return value
}

function written(coder: Coder, value: unknown): Uint8Array {
  const to = new Writer()
  coder.write(to, value)
  return to.toBytes()
}
