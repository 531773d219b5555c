import { connect } from 'node:net'

/*
 * Just enough of Kafka's protocol to ask a broker things without the client under test: one request on one connection.
 */

export interface Address {
  host: string
  port: number
}

/** Writes the protocol's basic types, big-endian. `compact` forms are those of flexible versions (KIP-482). */
export class Body {
  readonly #parts: Buffer[] = []

  int8(value: number): this {
    return this.#write(1, bytes => bytes.writeInt8(value))
  }
  int16(value: number): this {
    return this.#write(2, bytes => bytes.writeInt16BE(value))
  }
  int32(value: number): this {
    return this.#write(4, bytes => bytes.writeInt32BE(value))
  }
  int64(value: bigint): this {
    return this.#write(8, bytes => bytes.writeBigInt64BE(value))
  }
  string(value: string | null): this {
    if (value === null) return this.int16(-1)
    const bytes = Buffer.from(value)
    return this.int16(bytes.length).raw(bytes)
  }
  array<T>(items: readonly T[], each: (item: T) => unknown): this {
    this.int32(items.length)
    items.forEach(each)
    return this
  }
  compactString(value: string): this {
    const bytes = Buffer.from(value)
    return this.#uvarint(bytes.length + 1).raw(bytes)
  }
  compactArray<T>(items: readonly T[] | null, each: (item: T) => unknown): this {
    this.#uvarint(items === null ? 0 : items.length + 1)
    items?.forEach(each)
    return this
  }
  noTags(): this {
    return this.#uvarint(0)
  }
  raw(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes))
    return this
  }
  bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }

  #write(size: number, put: (bytes: Buffer) => void): this {
    const bytes = Buffer.alloc(size)
    put(bytes)
    return this.raw(bytes)
  }
  #uvarint(value: number): this {
    for (; value > 127; value >>>= 7) this.int8((value & 127) - 128)
    return this.int8(value)
  }
}

/** Reads what `Body` writes. */
export class Answer {
  #at = 0
  constructor(readonly bytes: Buffer) {}

  int8(): number {
    return this.bytes.readInt8(this.#take(1))
  }
  int16(): number {
    return this.bytes.readInt16BE(this.#take(2))
  }
  int32(): number {
    return this.bytes.readInt32BE(this.#take(4))
  }
  int64(): bigint {
    return this.bytes.readBigInt64BE(this.#take(8))
  }
  string(): string | null {
    const size = this.int16()
    return size < 0 ? null : this.#text(size)
  }
  array<T>(each: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, each)
  }
  compactString(): string | null {
    const size = this.#uvarint() - 1
    return size < 0 ? null : this.#text(size)
  }
  compactArray<T>(each: () => T): T[] {
    return Array.from({ length: Math.max(0, this.#uvarint() - 1) }, each)
  }
  tags(): void {
    for (let count = this.#uvarint(); count > 0; count--) {
      this.#uvarint()
      this.#take(this.#uvarint())
    }
  }

  #text(size: number): string {
    const from = this.#take(size)
    return this.bytes.toString('utf8', from, from + size)
  }
  #take(size: number): number {
    const from = this.#at
    this.#at += size
    return from
  }
  #uvarint(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.int8()
      value |= (byte & 127) << shift
      if (byte >= 0) return value
    }
  }
}

export interface Ask {
  key: number
  version: number
  body: Body
  /** Headers of flexible versions end with tags, both ways. */
  flexible?: boolean
  timeoutMs?: number
}

/** One request on a connection of its own. Rejects when nothing listens, the peer hangs up, or no answer comes in time. */
export function ask({ host, port }: Address, { key, version, body, flexible = false, timeoutMs = 10_000 }: Ask): Promise<Answer> {
  const header = new Body().int16(key).int16(version).int32(1).string('e2e')
  if (flexible) header.noTags()
  const request = Buffer.concat([header.bytes(), body.bytes()])
  const answered = new Promise<Answer>((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ host, port })
    const fail = (why: string) => socket.destroy(new Error(`request ${key} to ${host}:${port}: ${why}`))
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs)
    socket.on('connect', () => socket.write(Buffer.concat([new Body().int32(request.length).bytes(), request])))
    socket.on('data', chunk => {
      chunks.push(chunk)
      const all = Buffer.concat(chunks)
      if (all.length < 4 || all.length < 4 + all.readInt32BE(0)) return
      socket.destroy()
      resolve(new Answer(all.subarray(8)))
    })
    socket.on('error', reject)
    socket.on('end', () => fail('the connection was closed'))
    socket.on('close', () => {
      clearTimeout(timer)
      // After an answer this changes nothing.
      reject(new Error(`request ${key} to ${host}:${port}: no answer`))
    })
  })
  return answered.then(answer => {
    if (flexible) answer.tags()
    return answer
  })
}
