import { randomBytes } from 'node:crypto'
import type { Kafka } from '../kafka/kafka.js'
import { must } from '../scripts/run.mjs'

export interface Filling {
  partitions: number
  count: number
  /** Of a value, bytes. */
  size: number
  compression: string
}

/** Fills a topic by kcat, evenly, with keys of 16 bytes, 1000 records a batch at most: none of the contestants wrote what they read. */
export async function fill(kafka: Kafka, topic: string, { partitions, count, size, compression }: Filling): Promise<void> {
  const args = [
    '-b',
    kafka.bootstrap.join(),
    '-P',
    '-t',
    topic,
    '-K',
    '|',
    '-z',
    compression,
    '-X',
    'linger.ms=50',
    '-X',
    'batch.num.messages=1000',
  ]
  const writes = Array.from({ length: partitions }, (_, partition) => {
    const records = Math.floor(count / partitions) + (partition < count % partitions ? 1 : 0)
    return must('kcat', [...args, '-p', String(partition)], { input: lines(records, size) })
  })
  await Promise.all(writes)
}

/** The values are made as contestants make theirs; neither the separator nor a newline is among them. */
function lines(count: number, size: number): Buffer {
  const block = Math.min(count, 1024)
  const shared = ',"status":"created"'.repeat(Math.ceil(size / 19))
  const value = () => (randomBytes(Math.floor(size / 5)).toString('hex') + shared).slice(0, size)
  const some = Buffer.from(Array.from({ length: block }, () => `${randomBytes(8).toString('hex')}|${value()}\n`).join(''))
  const line = some.length / block
  return Buffer.concat(
    Array.from({ length: Math.ceil(count / block) }, (_, index) => some.subarray(0, Math.min(block, count - index * block) * line)),
  )
}
