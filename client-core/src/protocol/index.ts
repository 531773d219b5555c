export { type Uuid, zeroUuid } from '../bytes/uuid.js'
export { decode, encode, encodeChunks } from './codec.js'
export {
  correlationIdOf,
  decodeRequest,
  decodeResponse,
  encodeFrame,
  encodeResponseFrame,
  type RequestHeader,
  readRequestHeader,
} from './frame.js'
export type { Input, Message, Output, RequestMessage, ResponseMessage, ResponseTo } from './message.js'
export type { UnknownTags } from './schema.js'
