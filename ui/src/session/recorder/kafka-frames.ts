/** The recorder's view of Kafka's protocol: names, and bodies of frames. */
import { apis, decodeRequest, decodeResponse, errorForCode } from '@milena/client-core/protocol'
import type { FrameReader } from './reading.js'
import type { Words } from './row.js'

export const kafkaWords: Words = {
  api: apiKey => apis.get(apiKey)?.name ?? `API ${apiKey}`,
  error: errno => errorForCode(errno).code,
}

export const kafkaFrames: FrameReader = {
  request(apiKey, frame) {
    const api = apis.get(apiKey)
    return api ? decodeRequest(api.request, frame).body : null
  },
  response(apiKey, version, frame) {
    const api = apis.get(apiKey)
    return api ? decodeResponse(api.response, version, frame).body : null
  },
}
