import { randomBytes } from 'node:crypto'
import type { Kafka } from '../kafka/kafka.js'
import { must } from '../scripts/run.mjs'

/** Fills a topic by kcat, evenly, with keys of 16 bytes, 1000 records a batch at most: none of the contestants wrote what they read. */
export async function fill(kafka: Kafka, topic: string, partitions: number, count: number, size: number): Promise<void> {
  const writes = Array.from({ length: partitions }, (_, partition) => {
    const records = Math.floor(count / partitions) + (partition < count % partitions ? 1 : 0)
    const args = [
      '-b',
      kafka.bootstrap.join(),
      '-P',
      '-t',
      topic,
      '-p',
      String(partition),
      '-K',
      ':',
      '-X',
      'linger.ms=50',
      '-X',
      'batch.num.messages=1000',
    ]
    return must('kcat', args, { input: lines(records, size) })
  })
  await Promise.all(writes)
}

/** Hex digits: neither a colon nor a newline is among them. */
function lines(count: number, size: number): Buffer {
  const block = Math.min(count, 1000)
  const some = Buffer.concat(Array.from({ length: block }, () => Buffer.from(`${hex(16)}:${hex(size)}\n`)))
  const line = some.length / block
  return Buffer.concat(
    Array.from({ length: Math.ceil(count / block) }, (_, index) => some.subarray(0, Math.min(block, count - index * block) * line)),
  )
}

const hex = (length: number) =>
  randomBytes(Math.ceil(length / 2))
    .toString('hex')
    .slice(0, length)
