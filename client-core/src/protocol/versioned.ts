import { type Reader, reader, take } from '../bytes/reader.js'
import { chunksOf, joined, room, writer } from '../bytes/writer.js'
import { encodeTo, readFrom } from './codec.js'
import type { Input, Message, Output } from './message.js'

/** A message with its version in front as int16: how the consumer protocol, control records and the internal topics carry theirs. */
export function encodeVersioned<M extends Message>(message: M, value: Input<M>, version: number): Uint8Array {
  const to = writer()
  to.view.setInt16(room(to, 2), version)
  return joined(chunksOf(encodeTo(to, message, value, version)))
}

/**
 * Reads a message behind its own version. One that is newer than the table is read as the newest the table has, and what it adds at the end
 * is left alone, as Kafka's clients do: a group may have members of any age.
 */
export function decodeVersioned<M extends Message>(message: M, bytes: Uint8Array): { version: number; value: Output<M> } {
  const from = reader(bytes)
  const version = readInt16(from)
  return { version, value: readFrom(from, message, Math.min(version, message.versions[1])) }
}

export const readInt16 = (from: Reader): number => from.view.getInt16(take(from, 2, 'int16'))
