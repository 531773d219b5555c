import { part, readUvarint, spend, takeBytes } from '../bytes/reader.js'
import { lengthOf, putBytes, putUvarint } from '../bytes/writer.js'
import type { Coder } from './coder.js'
import type { Values } from './defaults.js'

/** A field of a struct at one version. */
export interface Member {
  readonly name: string
  /** undefined where the version lacks the field. */
  readonly coder: Coder | undefined
  /** What a missing field means. */
  readonly fallback: unknown
}

/** A tagged field as it is written. */
export type Tag = readonly [tag: number, chunks: readonly Uint8Array[]]

/** Memory of an unknown tag: its view, its place in a map, its share of the map. */
const UNKNOWN = 340

/**
 * Reads the tagged section of a struct (KIP-482): a count, then tag, size and value of each, in any order, as Kafka does. No check of the
 * count is needed: each round reads two bytes at least or throws, and nothing is sized by it.
 * @param known by tag
 */
export function readTags(into: Values, known: readonly Member[], path: string): void {
  for (let left = readUvarint(); left > 0; left--) {
    const tag = readUvarint()
    const size = readUvarint()
    const member = known[tag]
    if (member) into[member.name] = part(size, `tagged field ${member.name}`, member.coder!.read)
    else {
      spend(UNKNOWN, path)
      into.unknownTags ??= new Map()
      ;(into.unknownTags as Map<number, Uint8Array>).set(tag, takeBytes(size, 'tagged field'))
    }
  }
}

/** In ascending order of tags. */
export function writeTags(tags: Tag[]): void {
  putUvarint(tags.length)
  for (const [tag, chunks] of tags.sort(([a], [b]) => a - b)) {
    putUvarint(tag)
    putUvarint(lengthOf(chunks))
    for (const chunk of chunks) putBytes(chunk)
  }
}
