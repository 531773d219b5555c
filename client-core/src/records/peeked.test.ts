import { beforeAll, describe, expect, test } from 'vitest'
import type { Codec } from '../compression/codec.js'
import { codec } from '../compression/index.js'
import type { RecordBatch } from './batch.js'
import { decodeBatches } from './decode.js'
import { encodeBatch } from './encode.js'
import type { KafkaRecord } from './record.js'

let lz4: Codec
beforeAll(async () => {
  lz4 = await codec('lz4')
})

const text = new TextDecoder()
const value = (record: KafkaRecord) => text.decode(record.value!)
const names = (prefix: string, count = 50) => Array.from({ length: count }, (_, i) => `${prefix}-${i}-${'x'.repeat(i)}`)

async function opened(prefix: string): Promise<RecordBatch> {
  const records = names(prefix).map((name, i) => ({ value: new TextEncoder().encode(name), timestamp: BigInt(1000 + i) }))
  const [batch] = decodeBatches(encodeBatch(records, { codec: lz4 }))
  await batch.open(lz4)
  return batch
}

describe('records of a codec that decompresses them anew when they are asked for', () => {
  test('stay what they are when the memory of the decoder is used again', async () => {
    const first = await opened('first')
    const kept = [...first]
    const others = await opened('other')
    expect([...others].map(value)).toEqual(names('other'))
    expect(kept.map(value)).toEqual(names('first'))
    expect(kept.map(({ timestamp }) => timestamp)).toEqual(names('first').map((_, i) => BigInt(1000 + i)))
  })

  test('stay what they are while others are read between them', async () => {
    const [a, b] = [(await opened('a')).run[Symbol.iterator](), (await opened('b')).run[Symbol.iterator]()]
    for (let i = 0; i < 50; i++) {
      expect(value(a.next().value!)).toBe(names('a')[i])
      expect(value(b.next().value!)).toBe(names('b')[i])
    }
  })

  test('are the same in parts of a run, which have its payload in common', async () => {
    const batch = await opened('a')
    const [head, tail] = batch.run.from(batch.baseOffset + 5n).split(10)
    await opened('b')
    expect([...head].map(value)).toEqual(names('a').slice(5, 15))
    expect([...tail].map(value)).toEqual(names('a').slice(15))
    expect([...tail][0].value?.buffer).toBe([...head][0].value?.buffer)
    expect([...tail][0].offset).toBe(15n)
    expect(tail.lastTimestamp).toBe(1049n)
  })

  test('are not kept by their batch, which knows how many bytes they are', async () => {
    const batch = await opened('a')
    expect(batch.isOpen).toBe(true)
    expect(batch.payload).not.toBe(batch.payload)
    expect(batch.payload).toEqual(batch.payload)
    expect(batch.uncompressedBytes).toBe(batch.payload.length)
  })

  test('are not decompressed to tell how far a poll came', async () => {
    const records = [7n, 5n].map(timestamp => ({ value: new Uint8Array(500), timestamp }))
    const [batch] = decodeBatches(encodeBatch(records, { codec: lz4 }))
    let times = 0
    const counting: Codec = {
      ...lz4,
      peek: (bytes, maxBytes, see) => {
        times++
        return lz4.peek!(bytes, maxBytes, see)
      },
    }
    await batch.open(counting)
    expect([batch.run.lastTimestamp, times]).toEqual([5n, 1])
  })

  test('are refused when they are more than the limit, and the batch stays closed', async () => {
    const [batch] = decodeBatches(encodeBatch([{ value: new Uint8Array(5000) }], { codec: lz4 }))
    expect(() => batch.open(lz4, 4000)).toThrow('exceeds the limit of 4000 bytes')
    expect([batch.isOpen, batch.uncompressedBytes]).toEqual([false, -1])
    expect(() => batch.payload).toThrow('is compressed')
  })
})
