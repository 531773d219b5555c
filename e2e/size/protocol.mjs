/** The protocol with three of its APIs: requests become frames, answers are read from frames. */
export {
  ApiVersionsRequest,
  ApiVersionsResponse,
  decodeResponse,
  encodeFrame,
  FetchRequest,
  FetchResponse,
  MetadataRequest,
  MetadataResponse,
} from '@milena/client-core/protocol'
