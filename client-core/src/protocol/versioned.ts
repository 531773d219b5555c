import { Reader } from '../bytes/reader.js'
import { Writer } from '../bytes/writer.js'
import { encodeTo, readFrom } from './codec.js'
import type { Input, Message, Output } from './message.js'

/** A message with its version in front as int16: how the consumer protocol, control records and the internal topics carry theirs. */
export function encodeVersioned<M extends Message>(message: M, value: Input<M>, version: number): Uint8Array {
  const to = new Writer()
  to.int16(version)
  return encodeTo(to, message, value, version).toBytes()
}

/**
 * Reads a message behind its own version. One that is newer than the table is read as the newest the table has, and what it adds at the end
 * is left alone, as Kafka's clients do: a group may have members of any age.
 */
export function decodeVersioned<M extends Message>(message: M, bytes: Uint8Array): { version: number; value: Output<M> } {
  const from = new Reader(bytes)
  const version = from.int16()
  return { version, value: readFrom(from, message, Math.min(version, message.versions[1])) }
}
