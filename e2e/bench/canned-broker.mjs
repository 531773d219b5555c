/**
 * A broker with one answer for each of three APIs, in a process of its own so that nobody counts its CPU. Tells its parent the port, and ends
 * with it.
 */
import { createServer } from 'node:net'
import { ApiVersionsRequest, DescribeClusterRequest, encodeResponseFrame, MetadataRequest } from '@milena/client-core/protocol'

const host = '127.0.0.1'
const nodeId = 1
const apis = [
  { request: ApiVersionsRequest, version: 5 },
  { request: MetadataRequest, version: 13 },
  { request: DescribeClusterRequest, version: 2 },
]

const server = createServer(socket => {
  let rest = Buffer.alloc(0)
  socket.setNoDelay(true).on('error', () => {})
  socket.on('data', chunk => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const out = []
    let at = 0
    while (rest.length - at >= 4 && rest.length - at - 4 >= rest.readInt32BE(at)) {
      const answer = Buffer.from(/** @type {Buffer} */ (answers.get(rest.readInt16BE(at + 4))))
      rest.copy(answer, 4, at + 8, at + 12)
      out.push(answer)
      at += 4 + rest.readInt32BE(at)
    }
    rest = rest.subarray(at)
    if (out.length > 0) socket.write(Buffer.concat(out))
  })
})
await new Promise(resolve => server.listen(0, host, () => resolve(undefined)))
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())

const answers = new Map([
  canned(ApiVersionsRequest, 5, {
    errorCode: 0,
    throttleTimeMs: 0,
    apiKeys: apis.map(({ request: { key: apiKey }, version }) => ({ apiKey, minVersion: 0, maxVersion: version })),
  }),
  canned(MetadataRequest, 13, {
    throttleTimeMs: 0,
    brokers: [{ nodeId, host, port }],
    clusterId: 'canned',
    controllerId: nodeId,
    topics: [],
  }),
  canned(DescribeClusterRequest, 2, {
    throttleTimeMs: 0,
    errorCode: 0,
    clusterId: 'canned',
    controllerId: nodeId,
    brokers: [{ brokerId: nodeId, host, port }],
  }),
])

/**
 * @param {any} request
 * @param {number} version
 * @param {object} body
 * @returns {[number, Buffer]}
 */
function canned(request, version, body) {
  return [request.key, Buffer.concat(encodeResponseFrame(request.response, version, 0, body))]
}

process.on('disconnect', () => process.exit())
process.send?.(port)
