/** The protocol with the three APIs that every client begins with: versions, brokers and topics, coordinators. */
export {
  ApiVersionsRequest,
  ApiVersionsResponse,
  decodeResponse,
  encodeFrame,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  MetadataRequest,
  MetadataResponse,
} from '@milena/client-core/protocol'
