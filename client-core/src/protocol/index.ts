export { randomUuid, type Uuid, uuidFromBytes, uuidToBytes, zeroUuid } from '../bytes/uuid.js'
export * from './api/index.js'
export { type Api, apis } from './apis.js'
export { decode, encode, encodeChunks } from './codec.js'
export {
  type OffsetsLogRecord,
  readOffsetsLogRecord,
  readShareStateLogRecord,
  readTransactionLogRecord,
  type ShareStateLogRecord,
  type TransactionLogRecord,
  type UnknownLogRecord,
} from './coordinator-logs.js'
export * from './data/index.js'
export { errnoOf, errorForCode, KafkaError, type KafkaErrorCode, type KafkaErrorInfo } from './errors.js'
export { type Explained, type ExplainLimits, type Explanation, explain } from './explain.js'
export { explainFrame } from './explain-frame.js'
export {
  correlationIdOf,
  decodeRequest,
  decodeResponse,
  encodeFrame,
  encodeResponseFrame,
  type RequestHeader,
  readRequestHeader,
} from './frame.js'
export type { CallableRequest, Input, KafkaRequest, Message, Output, RequestMessage, ResponseMessage, ResponseTo } from './message.js'
export type { UnknownTags } from './schema.js'
export { decodeVersioned, encodeVersioned } from './versioned.js'
export { stableVersions, versionGuess, versionsFromString } from './versions.js'
