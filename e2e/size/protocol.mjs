/** The protocol with three of its APIs, both ways. */
export {
  ApiVersionsRequest,
  ApiVersionsResponse,
  decode,
  encode,
  FetchRequest,
  FetchResponse,
  MetadataRequest,
  MetadataResponse,
} from '@milena/client-core/protocol'
