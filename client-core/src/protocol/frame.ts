import { malformed } from '../bytes/malformed.js'
import { Reader } from '../bytes/reader.js'
import { utf8Length } from '../bytes/utf8.js'
import { Writer } from '../bytes/writer.js'
import { decodeFrom, encodeTo } from './codec.js'
import { type Input, isFlexible, type Message, type Output, type RequestMessage, type ResponseMessage } from './message.js'

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

/** A request as it goes to the socket: size, header, body. Record batches in it are linked, not copied. */
export function encodeFrame<M extends RequestMessage>(
  message: M,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: Input<M>,
): Uint8Array[] {
  const to = new Writer()
  to.int32(0)
  to.int16(message.key)
  to.int16(version)
  to.int32(correlationId)
  const header = requestHeaderVersion(message, version)
  if (header > 0) writeClientId(to, clientId)
  if (header > 1) to.uvarint(0)
  return sized(encodeTo(to, message, body, version))
}

/** An answer as a broker sends it: size, header, body. */
export function encodeResponseFrame<M extends ResponseMessage>(
  message: M,
  version: number,
  correlationId: number,
  body: Input<M>,
): Uint8Array[] {
  const to = new Writer()
  to.int32(0)
  to.int32(correlationId)
  if (responseHeaderVersion(message, version) > 0) to.uvarint(0)
  return sized(encodeTo(to, message, body, version))
}

/** The client id has an int16 length even in the flexible header: the broker reads it before it knows the version. */
function writeClientId(to: Writer, clientId: string | null): void {
  const size = clientId === null ? -1 : utf8Length(clientId)
  to.int16(size)
  if (clientId !== null) to.string(clientId, size)
}

/** Puts the size into the four bytes that were left for it. */
function sized(to: Writer): Uint8Array[] {
  const size = to.length - 4
  const chunks = to.chunks()
  new DataView(chunks[0].buffer, chunks[0].byteOffset).setInt32(0, size)
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
  const from = new Reader(frame)
  const correlationId = from.int32()
  if (responseHeaderVersion(message, version) > 0) skipTags(from)
  return { correlationId, body: decodeFrom(from, message, version) }
}

/** The first four bytes of an answer, before anything else of it is read. */
export function correlationIdOf(frame: Uint8Array): number {
  return new Reader(frame).int32()
}

/** The part of a request's header that every version has, from a frame without its size: enough to choose the table for the rest. */
export function readRequestHeader(frame: Uint8Array): RequestHeader {
  return headerFrom(new Reader(frame))
}

/** A request's header and body, from a frame without its size. The caller has chosen the table by `readRequestHeader`. */
export function decodeRequest<M extends RequestMessage>(message: M, frame: Uint8Array): { header: RequestHeader; body: Output<M> } {
  const from = new Reader(frame)
  const header = headerFrom(from)
  if (header.apiKey !== message.key) throw malformed('request', 0, `its API key is ${header.apiKey}, not ${message.key} (${message.api})`)
  if (requestHeaderVersion(message, header.apiVersion) > 1) skipTags(from)
  return { header, body: decodeFrom(from, message, header.apiVersion) }
}

function headerFrom(from: Reader): RequestHeader {
  const apiKey = from.int16()
  const apiVersion = from.int16()
  const correlationId = from.int32()
  return { apiKey, apiVersion, correlationId, clientId: apiKey === CONTROLLED_SHUTDOWN && apiVersion === 0 ? null : readClientId(from) }
}

function readClientId(from: Reader): string | null {
  const at = from.offset
  const size = from.int16()
  if (size < -1) throw malformed('client id', at, `its length is ${size}`)
  return size === -1 ? null : from.string(size)
}

/** Kafka has given headers no tagged field so far: whatever is there is for somebody else. */
function skipTags(from: Reader): void {
  const count = from.uvarint()
  for (let i = 0; i < count; i++) {
    from.uvarint()
    from.take(from.uvarint(), 'tagged field')
  }
}
