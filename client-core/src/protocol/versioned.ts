import { reading, take, view } from '../bytes/reader.js'
import { joined, view as output, room, written } from '../bytes/writer.js'
import { coderOf, readMessage } from './codec.js'
import type { Input, Message, Output } from './message.js'

/** A message with its version in front as int16: how the consumer protocol, control records and the internal topics carry theirs. */
export function encodeVersioned<M extends Message>(message: M, value: Input<M>, version: number): Uint8Array {
  const coder = coderOf(message, version)
  const write = () => {
    const at = room(2)
    output.setInt16(at, version)
    coder.write(value)
  }
  return joined(written(write, undefined))
}

/**
 * Reads a message behind its own version. One that is newer than the table is read as the newest the table has, and what it adds at the end
 * is left alone, as Kafka's clients do: a group may have members of any age.
 */
export function decodeVersioned<M extends Message>(message: M, bytes: Uint8Array): { version: number; value: Output<M> } {
  return reading(bytes, () => {
    const version = readInt16()
    return { version, value: readMessage(message, Math.min(version, message.versions[1])) }
  })
}

export const readInt16 = (): number => view.getInt16(take(2, 'int16'))
