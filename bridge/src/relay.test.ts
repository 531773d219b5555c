import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { Relay, type RelayEnd } from './relay.js'

test('a broker’s connection that broke before anybody listened is told as broken', async () => {
  const client = { bufferedAmount: 0, send() {}, pause() {}, resume() {} } as unknown as WebSocket
  const socket = new Duplex({ read() {} }) as Socket
  socket.destroy()
  await once(socket, 'close')
  const ended = new Promise<RelayEnd>(resolve => new Relay(client, socket, { stall: 20, linger: 20 }, resolve))
  expect(await ended).toMatchObject({ is: 'broken', error: { code: 'ECONNRESET' } })
})

test('a client that does not read what came before the broker’s end is waited for as long as any that stalls', async () => {
  const client = { bufferedAmount: 100, send() {}, pause() {}, resume() {} } as unknown as WebSocket
  const socket = new Duplex({ read() {}, write: (_, __, done) => done(), allowHalfOpen: true }) as Socket
  const ended = new Promise<RelayEnd>(resolve => new Relay(client, socket, { stall: 20, linger: 20 }, resolve))
  socket.push(null)
  expect(await ended).toEqual({ is: 'stalled' })
  expect(socket.destroyed).toBe(true)
})
