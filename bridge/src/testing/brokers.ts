import type { AddressInfo } from 'node:net'
import { connect as connectTcp, createServer, Socket } from 'node:net'
import { ApiVersionsRequest, encodeResponseFrame, MetadataRequest, readRequestHeader } from '@milena/client-core/protocol'
import { addressOf } from '@milena/client-core/transport/tunnel'
import { type Dial, dialBroker } from '../dial.js'

export interface TestBroker {
  address: string
  port: number
  sockets: Socket[]
  /** Connections so far. */
  accepted: number
  close(): Promise<void>
}

/** A server on loopback; `serve` gets each connection. */
export function broker(serve: (socket: Socket) => void = () => {}): Promise<TestBroker> {
  const sockets: Socket[] = []
  const server = createServer(socket => {
    socket.on('error', () => {})
    sockets.push(socket)
    started.accepted += 1
    serve(socket)
  })
  const started: TestBroker = {
    address: '',
    port: 0,
    sockets,
    accepted: 0,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      started.port = (server.address() as AddressInfo).port
      started.address = `127.0.0.1:${started.port}`
      resolve(started)
    })
  })
}

/** Sends everything back. */
export function echo(): Promise<TestBroker> {
  return broker(socket => socket.pipe(socket))
}

/** Answers ApiVersions and Metadata: the brokers are those of `names`, read for each answer. */
export function metadataBroker(names: () => Array<{ host: string; port: number }>): Promise<TestBroker> {
  return broker(socket => {
    let waiting = Buffer.alloc(0)
    socket.on('data', chunk => {
      waiting = Buffer.concat([waiting, chunk])
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
        const size = waiting.readInt32BE(0)
        const { apiKey, apiVersion, correlationId } = readRequestHeader(waiting.subarray(4, 4 + size))
        waiting = waiting.subarray(4 + size)
        const chunks = apiKey === ApiVersionsRequest.key ? offers(correlationId) : brokers(apiVersion, correlationId, names())
        for (const each of chunks) socket.write(each)
      }
    })
  })
}

function offers(correlationId: number): Uint8Array[] {
  const apiKeys = [
    { apiKey: ApiVersionsRequest.key, minVersion: 0, maxVersion: 4 },
    { apiKey: MetadataRequest.key, minVersion: 0, maxVersion: 12 },
  ]
  return encodeResponseFrame(ApiVersionsRequest.response, 0, correlationId, { errorCode: 0, apiKeys })
}

function brokers(version: number, correlationId: number, names: Array<{ host: string; port: number }>): Uint8Array[] {
  const list = names.map((name, nodeId) => ({ nodeId, ...name }))
  return encodeResponseFrame(MetadataRequest.response, version, correlationId, { brokers: list, topics: [], controllerId: 0 })
}

/**
 * A dialler that counts what it is asked for, and leads names and ports where a test wants: to a loopback port, to a socket that never connects
 * (`silent`), to one that fails with a code.
 */
export function dialler(leads: Record<string, number | 'silent' | { fails: string }>): Dial & { asked: string[] } {
  const asked: string[] = []
  const dial: Dial = to => {
    asked.push(addressOf(to))
    const lead = leads[addressOf(to)]
    if (lead === undefined) return dialBroker(to)
    if (typeof lead === 'number') return connectTcp({ host: '127.0.0.1', port: lead })
    const socket = new Socket()
    if (lead !== 'silent') process.nextTick(() => socket.destroy(Object.assign(new Error(lead.fails), { code: lead.fails })))
    return socket
  }
  return Object.assign(dial, { asked })
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { port, close } = await broker()
  await close()
  return port
}
