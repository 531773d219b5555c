import type { OnReadOpts, Socket } from 'node:net'
import { Slab } from '@milena/client-core/transport/node'

type Room = () => Uint8Array | undefined

const rooms = new WeakMap<Socket, { wanted?: Room }>()

/** The socket that `start` makes; it emits `data` as others do, but reads into a slab, in fewer reads than Node's of 64 KiB, or where `readInto` says. */
export function reading(start: (onread: OnReadOpts) => Socket): Socket {
  const slab = new Slab()
  const into: { wanted?: Room } = {}
  let room: Uint8Array | undefined
  const socket = start({
    buffer: () => {
      room = into.wanted?.()
      return room ?? slab.room()
    },
    callback: length => {
      const { buffer, byteOffset } = room ?? slab.take(length)
      return socket.emit('data', Buffer.from(buffer, byteOffset, length))
    },
  })
  rooms.set(socket, into)
  return socket
}

/** Where the socket's next bytes should be read into, asked before each read; undefined: anywhere. Other sockets than `reading`'s do as they do. */
export function readInto(socket: Socket, room: Room): void {
  const into = rooms.get(socket)
  if (into) into.wanted = room
}
