import { broken, type Reader, reader, readUvarint, take, viewOf } from '../bytes/reader.js'
import { chunksOf, lengthOf, putUvarint, room, type Writer, writer } from '../bytes/writer.js'
import { decodeFrom, encodeTo } from './codec.js'
import { type Input, isFlexible, type Message, type Output, type RequestMessage, type ResponseMessage } from './message.js'
import { stringCoder } from './scalars.js'

const CONTROLLED_SHUTDOWN = 7
export const API_VERSIONS = 18

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  /** Per connection; the answer repeats it. */
  readonly correlationId: number
  readonly clientId: string | null
}

/** 0: ControlledShutdown v0, which has no client id. 2: flexible versions, which add tags. */
export function requestHeaderVersion(message: Pick<Message, 'key' | 'versions' | 'flexible'>, version: number): 0 | 1 | 2 {
  if (message.key === CONTROLLED_SHUTDOWN && version === 0) return 0
  return isFlexible(message, version) ? 2 : 1
}

/** ApiVersions answers with header 0 always: the client must read the answer before it knows what the broker speaks (KIP-511). */
export function responseHeaderVersion(message: Pick<Message, 'key' | 'versions' | 'flexible'>, version: number): 0 | 1 {
  return isFlexible(message, version) && message.key !== API_VERSIONS ? 1 : 0
}

/**
 * The client id has an int16 length even in the flexible header: the broker reads it before it knows the version. Kafka has given headers no
 * tagged field so far.
 */
const clientIds = /* @__PURE__ */ stringCoder({ path: 'RequestHeader.clientId', version: 1, flexible: false, nullable: true })

/** A request as it goes to the socket: size, header, body. Record batches in it are linked, not copied. */
export function encodeFrame<M extends RequestMessage>(
  message: M,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: Input<M>,
): Uint8Array[] {
  const to = sized()
  const header = requestHeaderVersion(message, version)
  const at = room(to, 8)
  to.view.setInt32(at, (message.key << 16) | version)
  to.view.setInt32(at + 4, correlationId)
  if (header) clientIds.write(to, clientId)
  if (header > 1) putUvarint(to, 0)
  return withSize(encodeTo(to, message, body, version))
}

/** An answer as a broker sends it: size, header, body. */
export function encodeResponseFrame<M extends ResponseMessage>(
  message: M,
  version: number,
  correlationId: number,
  body: Input<M>,
): Uint8Array[] {
  const to = sized()
  to.view.setInt32(room(to, 4), correlationId)
  if (responseHeaderVersion(message, version)) putUvarint(to, 0)
  return withSize(encodeTo(to, message, body, version))
}

/** Four bytes are left for the size. */
function sized(): Writer {
  const to = writer()
  room(to, 4)
  return to
}

function withSize(to: Writer): Uint8Array[] {
  const chunks = chunksOf(to)
  viewOf(chunks[0]).setInt32(0, lengthOf(chunks) - 4)
  return chunks
}

/**
 * An answer's body, from a frame without its size. Check `correlationId` against the request that was sent before trusting anything else.
 */
export function decodeResponse<M extends ResponseMessage>(
  message: M,
  version: number,
  frame: Uint8Array,
): { correlationId: number; body: Output<M> } {
  const from = reader(frame)
  const correlationId = readInt32(from)
  if (responseHeaderVersion(message, version)) skipTags(from)
  return { correlationId, body: decodeFrom(from, message, version) }
}

/** The first four bytes of an answer, before anything else of it is read. */
export const correlationIdOf = (frame: Uint8Array): number => readInt32(reader(frame))

const readInt32 = (from: Reader): number => from.view.getInt32(take(from, 4, 'int32'))

/** The part of a request's header that every version has, from a frame without its size: enough to choose the table for the rest. */
export function readRequestHeader(frame: Uint8Array): RequestHeader {
  return headerFrom(reader(frame))
}

/** A request's header and body, from a frame without its size. The caller has chosen the table by `readRequestHeader`. */
export function decodeRequest<M extends RequestMessage>(message: M, frame: Uint8Array): { header: RequestHeader; body: Output<M> } {
  const from = reader(frame)
  const header = headerFrom(from)
  if (header.apiKey !== message.key) {
    throw broken(from, 'request', `its API key is ${header.apiKey}, not ${message.key} (${message.api})`, 0)
  }
  if (requestHeaderVersion(message, header.apiVersion) > 1) skipTags(from)
  return { header, body: decodeFrom(from, message, header.apiVersion) }
}

function headerFrom(from: Reader): RequestHeader {
  const { view } = from
  const at = take(from, 8, 'request header')
  const apiKey = view.getInt16(at)
  const apiVersion = view.getInt16(at + 2)
  const hasClientId = apiKey !== CONTROLLED_SHUTDOWN || apiVersion !== 0
  return {
    apiKey,
    apiVersion,
    correlationId: view.getInt32(at + 4),
    clientId: hasClientId ? (clientIds.read(from) as string | null) : null,
  }
}

/** Whatever tags a header has are for somebody else. */
function skipTags(from: Reader): void {
  for (let left = readUvarint(from); left > 0; left--) {
    readUvarint(from)
    take(from, readUvarint(from), 'tagged field')
  }
}
