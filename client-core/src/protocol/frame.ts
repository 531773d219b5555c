import { broken, reading, readUvarint, take, view, viewOf } from '../bytes/reader.js'
import { lengthOf, view as output, putUvarint, room, written } from '../bytes/writer.js'
import { coderOf, readLast } from './codec.js'
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
  return framed(message, version, body, () => {
    const at = room(8)
    output.setInt32(at, (message.key << 16) | version)
    output.setInt32(at + 4, correlationId)
    const header = requestHeaderVersion(message, version)
    if (header) clientIds.write(clientId)
    if (header > 1) putUvarint(0)
  })
}

/** An answer as a broker sends it: size, header, body. */
export function encodeResponseFrame<M extends ResponseMessage>(
  message: M,
  version: number,
  correlationId: number,
  body: Input<M>,
): Uint8Array[] {
  return framed(message, version, body, () => {
    const at = room(4)
    output.setInt32(at, correlationId)
    if (responseHeaderVersion(message, version)) putUvarint(0)
  })
}

function framed(message: Message, version: number, body: unknown, writeHeader: () => void): Uint8Array[] {
  const chunks = written(() => {
    room(4)
    writeHeader()
    coderOf(message, version).write(body)
  }, undefined)
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
  return reading(frame, () => {
    const correlationId = readInt32()
    if (responseHeaderVersion(message, version)) skipTags()
    return { correlationId, body: readLast(message, version) }
  })
}

/** The first four bytes of an answer, before anything else of it is read. */
export const correlationIdOf = (frame: Uint8Array): number => reading(frame, readInt32)

const readInt32 = (): number => view.getInt32(take(4, 'int32'))

/** The part of a request's header that every version has, from a frame without its size: enough to choose the table for the rest. */
export function readRequestHeader(frame: Uint8Array): RequestHeader {
  return reading(frame, readHeader)
}

/** A request's header and body, from a frame without its size. The caller has chosen the table by `readRequestHeader`. */
export function decodeRequest<M extends RequestMessage>(message: M, frame: Uint8Array): { header: RequestHeader; body: Output<M> } {
  return reading(frame, () => {
    const header = readHeader()
    if (header.apiKey !== message.key) {
      throw broken('request', `its API key is ${header.apiKey}, not ${message.key} (${message.api})`, 0)
    }
    if (requestHeaderVersion(message, header.apiVersion) > 1) skipTags()
    return { header, body: readLast(message, header.apiVersion) }
  })
}

function readHeader(): RequestHeader {
  const at = take(8, 'request header')
  const apiKey = view.getInt16(at)
  const apiVersion = view.getInt16(at + 2)
  const correlationId = view.getInt32(at + 4)
  const hasClientId = apiKey !== CONTROLLED_SHUTDOWN || apiVersion !== 0
  return { apiKey, apiVersion, correlationId, clientId: hasClientId ? (clientIds.read() as string | null) : null }
}

/** Whatever tags a header has are for somebody else. */
function skipTags(): void {
  for (let left = readUvarint(); left > 0; left--) {
    readUvarint()
    take(readUvarint(), 'tagged field')
  }
}
