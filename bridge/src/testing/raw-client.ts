import { once } from 'node:events'
import { bearerProtocol, type ClientMessage, type ServerMessage, SUBPROTOCOL, TCP_PATH } from '@milena/client-core/transport/tunnel'
import { WebSocket } from 'ws'
import type { Bridge } from '../bridge.js'

export interface RawOptions {
  addr?: string
  /** Null: none is sent. Default: the right one. */
  token?: string | null
  query?: Record<string, string>
  protocols?: string[]
  headers?: Record<string, string>
  path?: string
}

/** A WebSocket to a bridge with nothing of the transport in between: what comes over the wire can be looked at. */
export class RawClient {
  readonly ws: WebSocket
  readonly texts: ServerMessage[] = []
  bytes = 0
  /** Code and reason of the close. */
  readonly closed: Promise<{ code: number; reason: string }>
  /** The HTTP status that came instead of a WebSocket. */
  readonly refused: Promise<number>
  onBytes: (bytes: Buffer) => void = () => {}

  constructor(bridge: Bridge, { addr = '127.0.0.1:1', token, query = {}, protocols, headers = {}, path = TCP_PATH }: RawOptions) {
    const bearer = token === null ? [] : [bearerProtocol(token ?? bridge.token)]
    const url = `${bridge.url.replace(/^http/, 'ws').replace(/\/$/, '')}${path}?${new URLSearchParams({ addr, ...query })}`
    this.ws = new WebSocket(url, protocols ?? [SUBPROTOCOL, ...bearer], { headers, perMessageDeflate: false, maxPayload: 16 * 1024 * 1024 })
    this.ws.on('error', () => {})
    this.ws.on('message', (data: Buffer, binary) => {
      if (!binary) return void this.texts.push(JSON.parse(data.toString()))
      this.bytes += data.length
      this.onBytes(data)
    })
    this.closed = new Promise(resolve => this.ws.on('close', (code, reason) => resolve({ code, reason: String(reason) })))
    this.refused = new Promise(resolve =>
      this.ws.on('unexpected-response', (request, response) => {
        resolve(response.statusCode ?? 0)
        request.destroy()
      }),
    )
  }

  /** Resolves with the bridge's first message. */
  async first(): Promise<ServerMessage> {
    while (this.texts.length === 0 && this.ws.readyState !== WebSocket.CLOSED) await new Promise(resolve => setTimeout(resolve, 2))
    return this.texts[0]
  }

  async upgraded(): Promise<void> {
    if (this.ws.readyState !== WebSocket.OPEN) await once(this.ws, 'open')
  }

  say(message: ClientMessage): void {
    this.ws.send(JSON.stringify(message))
  }

  /** Sends in messages of 64 KiB, as fast as the socket takes them. */
  async send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += 65_536) {
      this.ws.send(bytes.subarray(at, at + 65_536))
      while (this.ws.bufferedAmount > 1024 * 1024) await new Promise(resolve => setTimeout(resolve, 1))
    }
  }
}
