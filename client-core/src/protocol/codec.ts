import { broken, type Reader, reader } from '../bytes/reader.js'
import { chunksOf, joined, type Writer, writer } from '../bytes/writer.js'
import { ClientError } from '../error.js'
import type { Coder } from './coder.js'
import type { Input, Message, Output } from './message.js'
import { isFlexible } from './message.js'
import { structCoder } from './struct.js'

const compiled = new WeakMap<object, Coder[]>()

/**
 * The closures that read and write a message at a version, made on first use. Throws `UNSUPPORTED_VERSION` for a version without a table.
 */
export function coderOf(message: Pick<Message, 'name' | 'versions' | 'flexible' | 'fields'>, version: number): Coder {
  let coders = compiled.get(message)
  if (!coders) compiled.set(message, (coders = []))
  return (coders[version] ??= compile(message, version))
}

function compile(message: Pick<Message, 'name' | 'versions' | 'flexible' | 'fields'>, version: number): Coder {
  const {
    name,
    fields,
    versions: [first, last],
  } = message
  if (!Number.isInteger(version) || version < first || version > last) {
    throw new ClientError('UNSUPPORTED_VERSION', `${name} has the versions ${first} to ${last}, not ${version}`)
  }
  return structCoder(fields, { path: name, version, flexible: isFlexible(message, version) })
}

/** Writes a message without any header. Throws `INVALID_REQUEST` for a value that the version cannot carry, naming the field. */
export function encode<M extends Message>(message: M, value: Input<M>, version: number): Uint8Array {
  return joined(encodeChunks(message, value, version))
}

/** The same as chunks, in which large byte arrays are those that were handed in, not copies. */
export function encodeChunks<M extends Message>(message: M, value: Input<M>, version: number): Uint8Array[] {
  return chunksOf(encodeTo(writer(), message, value, version))
}

export function encodeTo<M extends Message>(to: Writer, message: M, value: Input<M>, version: number): Writer {
  coderOf(message, version).write(to, value)
  return to
}

/**
 * Reads a message without any header; the bytes must end where it ends. Byte fields are views of `bytes`. Throws `MALFORMED`, naming the
 * message, what was read and where.
 */
export function decode<M extends Message>(message: M, bytes: Uint8Array, version: number): Output<M> {
  return decodeFrom(reader(bytes), message, version)
}

export function decodeFrom<M extends Message>(from: Reader, message: M, version: number): Output<M> {
  const value = readFrom(from, message, version)
  const left = from.end - from.offset
  if (left) throw broken(from, 'message', `${left} bytes are left over behind its last field`)
  return value
}

/** Reads a message and leaves the reader behind it, whatever follows. */
export function readFrom<M extends Message>(from: Reader, message: M, version: number): Output<M> {
  const coder = coderOf(message, version)
  from.title = `${message.name} v${version}: `
  return coder.read(from) as Output<M>
}
