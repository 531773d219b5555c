import { randomBytes } from 'node:crypto'
import { must, run } from '../scripts/run.mjs'
import { spawnGuarded } from './guard.js'

/*
 * kcat (librdkafka) as a witness: what it writes we must read, what we write it must read.
 */

export type CodecName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** A header's value goes to kcat on its command line: text without NUL. */
export interface KcatRecord {
  key?: Uint8Array | string | null
  value: Uint8Array | string | null
  headers?: readonly (readonly [name: string, value: string | null])[]
}

export interface KcatProduce {
  codec?: CodecName
  /** The codec's own scale. */
  level?: number
  partition?: number
  /** Further librdkafka settings. */
  settings?: Readonly<Record<string, string | number>>
}

/** Writes the records in order, byte for byte. */
export async function kcatProduce(
  bootstrap: readonly string[],
  topic: string,
  records: readonly KcatRecord[],
  options: KcatProduce = {},
): Promise<void> {
  const { codec = 'none', level, partition, settings = {} } = options
  const given = [...Object.entries(settings), ...(level === undefined ? [] : [['compression.level', level]])]
  const common = ['-b', bootstrap.join(), '-P', '-t', topic, '-z', codec, ...given.flatMap(([name, value]) => ['-X', `${name}=${value}`])]
  if (partition !== undefined) common.push('-p', String(partition))
  for (const run of runsOf(records)) await produceRun(common, run)
}

/** Headers and the meaning of "empty" hold for all records of one call of kcat. */
function runsOf(records: readonly KcatRecord[]): KcatRecord[][] {
  const runs: KcatRecord[][] = []
  let last = ''
  for (const record of records) {
    const alike = JSON.stringify([record.headers ?? [], record.value === null])
    if (alike !== last) runs.push([])
    runs[runs.length - 1].push(record)
    last = alike
  }
  return runs
}

async function produceRun(common: readonly string[], records: readonly KcatRecord[]): Promise<void> {
  const [keyEnd, recordEnd] = [mark(), mark()]
  const nulls = records[0].value === null
  const input = records.flatMap(({ key = null, value }) => {
    if (nulls && key?.length === 0) throw new Error('kcat cannot write an empty key beside a null value')
    return [...(key === null && !nulls ? [] : [bytes(key ?? ''), bytes(keyEnd)]), bytes(value ?? ''), bytes(recordEnd)]
  })
  const headers = (records[0].headers ?? []).flatMap(([name, value]) => ['-H', value === null ? name : `${name}=${value}`])
  const delimiters = ['-K', keyEnd, '-D', recordEnd]
  await must('kcat', [...common, ...headers, ...delimiters, ...(nulls ? ['-Z'] : [])], { input: Buffer.concat(input) })
}

export interface KcatRead {
  partition: number
  offset: bigint
  timestamp: bigint
  key: Buffer | null
  value: Buffer | null
  /** As kcat prints them, raw: see `kcatHeaders`. */
  headers: Buffer
}

export interface KcatConsume {
  partition?: number
  /** As kcat takes it: `beginning` (default), `end`, a number, a negative number from the end. */
  offset?: string | number
  /** It ends after this many; without it, at the end of the topic. */
  count?: number
  settings?: Readonly<Record<string, string | number>>
}

/** Reads a topic to its end, byte for byte. */
export async function kcatConsume(bootstrap: readonly string[], topic: string, options: KcatConsume = {}): Promise<KcatRead[]> {
  const { partition, offset = 'beginning', count, settings = {} } = options
  const end = mark()
  const args = ['-b', bootstrap.join(), '-C', '-q', '-t', topic, '-o', String(offset), '-X', 'check.crcs=true']
  if (partition !== undefined) args.push('-p', String(partition))
  if (count === undefined) args.push('-e')
  else args.push('-c', String(count))
  args.push(...Object.entries(settings).flatMap(([name, value]) => ['-X', `${name}=${value}`]))
  args.push('-f', `%p %o %T %K %S\\n%k%s%h${end}`)
  const { stdout } = await must('kcat', args, { timeoutMs: 60_000 })
  return parse(stdout, end)
}

/** Key and value are cut by the lengths that kcat prints before them. */
function parse(output: Buffer, end: string): KcatRead[] {
  const records: KcatRead[] = []
  for (let at = 0; at < output.length; ) {
    const lengths = output.indexOf('\n', at)
    const [partition, offset, timestamp, keySize, valueSize] = output.toString('latin1', at, lengths).split(' ')
    const key = cut(output, lengths + 1, Number(keySize))
    const value = cut(output, lengths + 1 + (key?.length ?? 0), Number(valueSize))
    const from = lengths + 1 + (key?.length ?? 0) + (value?.length ?? 0)
    const to = output.indexOf(end, from)
    if (to < 0) throw new Error(`kcat's output breaks off at byte ${from}`)
    const headers = output.subarray(from, to)
    records.push({ partition: Number(partition), offset: BigInt(offset), timestamp: BigInt(timestamp), key, value, headers })
    at = to + end.length
  }
  return records
}

/** How kcat prints these headers: a null value is the word NULL, any other ends at its first NUL byte. */
export function kcatHeaders(headers: readonly (readonly [name: string, value: Uint8Array | string | null])[]): Buffer {
  const printed = headers.flatMap(([name, value], index) => {
    const shown = Buffer.from(value === null ? 'NULL' : bytes(value))
    const end = shown.indexOf(0)
    return [Buffer.from(`${index ? ',' : ''}${name}=`), end < 0 ? shown : shown.subarray(0, end)]
  })
  return Buffer.concat(printed)
}

/** Reads as a member of a classic group until the end of the topic, and commits. Gives the number of records. */
export async function kcatGroup(
  bootstrap: readonly string[],
  group: string,
  topic: string,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<number> {
  const all = { 'auto.offset.reset': 'earliest', 'session.timeout.ms': 6000, ...settings }
  const given = Object.entries(all).flatMap(([name, value]) => ['-X', `${name}=${value}`])
  const args = ['-b', bootstrap.join(), '-G', group, '-e', '-q', '-f', '.', ...given, topic]
  return (await must('kcat', args, { timeoutMs: 60_000 })).stdout.length
}

/** A member of a classic group that stays until it is told to go. */
export function kcatMember(
  bootstrap: readonly string[],
  group: string,
  topic: string,
  settings: Readonly<Record<string, string | number>> = {},
): { stop(): Promise<void> } {
  // Kafka 0.9 takes no session as long as kcat's own.
  const given = Object.entries({ 'session.timeout.ms': 6000, ...settings }).flatMap(([name, value]) => ['-X', `${name}=${value}`])
  const child = spawnGuarded('kcat', ['-b', bootstrap.join(), '-G', group, '-q', ...given, topic], { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()).once('error', () => resolve()))
  return {
    stop() {
      child.kill('SIGKILL')
      return ended
    },
  }
}

/** Whether kcat gets metadata from there. */
export async function kcatSees(bootstrap: readonly string[]): Promise<boolean> {
  return (await run('kcat', ['-b', bootstrap.join(), '-L', '-m', '2'])).code === 0
}

const bytes = (value: Uint8Array | string): Uint8Array => (typeof value === 'string' ? Buffer.from(value) : value)
/** A delimiter that no record holds; kcat's own cannot hold NUL. */
const mark = () => randomBytes(12).toString('hex')

function cut(from: Buffer, at: number, size: number): Buffer | null {
  return size < 0 ? null : from.subarray(at, at + size)
}
