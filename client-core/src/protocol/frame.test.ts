import { describe, expect, test } from 'vitest'
import { correlationIdOf, decodeRequest, decodeResponse, encodeFrame, encodeResponseFrame, readRequestHeader } from './frame.js'
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  ControlledShutdownRequest,
  HeartbeatResponse,
  MetadataRequest,
  ProduceRequest,
} from './index.js'

const hex = (chunks: Uint8Array[]) => chunks.map(chunk => Array.from(chunk, byte => byte.toString(16).padStart(2, '0')).join('')).join('')
const bytes = (text: string) => Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))

describe('a request on the wire', () => {
  test('size, key, version, correlation id, client id, body', () => {
    expect(hex(encodeFrame(ApiVersionsRequest, 0, 1, 'me', {}))).toBe('0000000c' + '0012' + '0000' + '00000001' + '00026d65')
    expect(hex(encodeFrame(ApiVersionsRequest, 0, -1, null, {}))).toBe('0000000a' + '0012' + '0000' + 'ffffffff' + 'ffff')
  })
  test('flexible versions add tags behind a client id that keeps its int16 length', () => {
    const body = { clientSoftwareName: 'a', clientSoftwareVersion: '1' }
    expect(hex(encodeFrame(ApiVersionsRequest, 3, 7, 'me', body))).toBe(
      '00000012' + '0012' + '0003' + '00000007' + '00026d65' + '00' + '0261' + '0231' + '00',
    )
  })
  test('ControlledShutdown v0 alone has no client id', () => {
    const frame = encodeFrame(ControlledShutdownRequest, 0, 1, 'me', { brokerId: 5 })
    expect(hex(frame)).toBe('0000000c' + '0007' + '0000' + '00000001' + '00000005')
    expect(decodeRequest(ControlledShutdownRequest, bytes(hex(frame).slice(8)))).toMatchObject({
      header: { clientId: null },
      body: { brokerId: 5 },
    })
  })
  test('record batches are not copied, and the size counts them', () => {
    const batch = new Uint8Array(5000)
    const topicData = [{ name: 't', partitionData: [{ index: 0, records: [batch, batch] }] }]
    const chunks = encodeFrame(ProduceRequest, 12, 1, 'me', { acks: -1, timeoutMs: 1000, topicData })
    expect(chunks.filter(chunk => chunk === batch)).toHaveLength(2)
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    expect(new DataView(chunks[0].buffer, chunks[0].byteOffset).getInt32(0)).toBe(size - 4)
  })
  test('is read back by a broker, which skips tags it does not know', () => {
    const frame = bytes('0003' + '000c' + '00000009' + '00026d65' + '01' + '05' + '01' + 'ff' + '00' + '01' + '00' + '00')
    expect(readRequestHeader(frame)).toEqual({ apiKey: 3, apiVersion: 12, correlationId: 9, clientId: 'me' })
    expect(decodeRequest(MetadataRequest, frame).body).toMatchObject({ topics: null, allowAutoTopicCreation: true })
  })
  test('of another API is refused', () => {
    const frame = bytes(hex(encodeFrame(ApiVersionsRequest, 0, 1, 'me', {}))).subarray(4)
    expect(() => decodeRequest(MetadataRequest, frame)).toThrow('request at offset 0: its API key is 18, not 3 (Metadata)')
  })
})

describe('an answer on the wire', () => {
  test('has tags in its header from the flexible versions on', () => {
    const body = { throttleTimeMs: 1, errorCode: 27 }
    expect(hex(encodeResponseFrame(HeartbeatResponse, 3, 9, body))).toBe('0000000a' + '00000009' + '00000001' + '001b')
    expect(hex(encodeResponseFrame(HeartbeatResponse, 4, 9, body))).toBe('0000000c' + '00000009' + '00' + '00000001' + '001b' + '00')
    expect(decodeResponse(HeartbeatResponse, 4, bytes('00000009' + '00' + '00000001' + '001b' + '00'))).toEqual({ correlationId: 9, body })
  })
  test('item 18: to ApiVersions never has them', () => {
    const frame = bytes('00000009' + '0000' + '01' + '00000000' + '00')
    expect(decodeResponse(ApiVersionsResponse, 3, frame)).toMatchObject({ correlationId: 9, body: { apiKeys: [] } })
  })
  test('too short for a correlation id is refused', () => {
    expect(() => correlationIdOf(bytes('000000'))).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
  })
})
