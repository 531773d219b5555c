import { broken, type Reader, readUvarint, spend, take } from '../bytes/reader.js'
import { chunksOf, lengthOf, putBytes, putUvarint, type Writer, writer } from '../bytes/writer.js'
import { type Coder, type Place, refused, shown } from './coder.js'
import { hasTags, isDefault, type Values } from './defaults.js'
import type { Field, UnknownTags } from './schema.js'

/** A field that is on the wire at a version. */
export interface Member {
  readonly name: string
  readonly field: Field
  readonly coder: Coder
}

/** Memory of an unknown tag: its view, its place in a map, its share of the map. */
const UNKNOWN = 340

/**
 * Reads the tagged section of a struct (KIP-482): a count, then tag, size and value of each, in any order, as Kafka does. No check of the
 * count is needed: each round reads two bytes at least or throws, and nothing is sized by it.
 * @param known by tag
 */
export function readTags(from: Reader, into: Values, known: readonly Member[], { path }: Place): void {
  for (let left = readUvarint(from); left > 0; left--) {
    const tag = readUvarint(from)
    const size = readUvarint(from)
    const member = known[tag]
    const what = member ? `tagged field ${member.name}` : 'tagged field'
    const outer = from.end
    const start = take(from, size, what)
    const end = from.offset
    if (member) {
      from.offset = start
      from.end = end
      into[member.name] = member.coder.read(from)
      if (from.offset !== end) throw broken(from, what, `it has ${size} bytes but its value ends after ${from.offset - start}`, start)
      from.end = outer
    } else {
      spend(from, UNKNOWN, path)
      into.unknownTags ??= new Map()
      ;(into.unknownTags as Map<number, Uint8Array>).set(tag, from.bytes.subarray(start, end))
    }
  }
}

/** In ascending order of tags; known ones only where they differ from their defaults. */
export function writeTags(to: Writer, value: Values, known: readonly Member[], place: Place): void {
  if (!known.length && !hasTags(value)) return putUvarint(to, 0)
  const tags: [tag: number, chunks: readonly Uint8Array[]][] = []
  known.forEach(({ name, field, coder }, tag) => {
    if (isDefault(field, value[name])) return
    const inner = writer()
    coder.write(inner, value[name])
    tags.push([tag, chunksOf(inner)])
  })
  if (hasTags(value)) {
    for (const [tag, bytes] of value.unknownTags as UnknownTags) {
      if (known[tag]) throw refused(place, `unknownTags has tag ${tag}, which is ${known[tag].name}`)
      if (!(bytes instanceof Uint8Array)) throw refused(place, `unknownTags has ${shown(bytes)} for tag ${tag}, not a Uint8Array`)
      tags.push([tag, [bytes]])
    }
    tags.sort(([a], [b]) => a - b)
  }
  putUvarint(to, tags.length)
  for (const [tag, chunks] of tags) {
    putUvarint(to, tag)
    putUvarint(to, lengthOf(chunks))
    for (const chunk of chunks) putBytes(to, chunk)
  }
}
