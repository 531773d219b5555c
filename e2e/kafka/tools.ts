import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { java, toolsJava } from '../scripts/jars.mjs'
import { must, type RunOptions, run } from '../scripts/run.mjs'
import type { Broker } from './broker.js'
import type { CodecName } from './kcat.js'

/*
 * Kafka's own command-line tools as witnesses; a call costs a second.
 */

/** Runs a class of Kafka's tools to its end; what it says on stderr is only in the error of a failure. */
export async function kafkaTool(name: string, args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
  return (await must(java, await command(name, args), { timeoutMs: 60_000, ...options })).stdout
}

async function command(name: string, args: readonly string[]): Promise<string[]> {
  const { jvm, classPath } = await toolsJava()
  return [...jvm, '-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', classPath, `org.apache.kafka.tools.${name}`, ...args]
}

export interface ConsoleRecord {
  partition: number
  offset: bigint
  timestamp: bigint
  key: Buffer | null
  value: Buffer | null
  headers: [name: string, value: Buffer | null][]
}

/** What the console consumer prints of the first `count` records, byte for byte. Header names must be free of colons. */
export async function consoleConsume(
  bootstrap: readonly string[],
  topic: string,
  count: number,
  settings: Record<string, string> = {},
): Promise<ConsoleRecord[]> {
  const mark = () => randomBytes(12).toString('hex')
  const marks = { field: mark(), record: mark(), header: mark(), nothing: mark() }
  const format = {
    'print.partition': 'true',
    'print.offset': 'true',
    'print.timestamp': 'true',
    'print.key': 'true',
    'print.headers': 'true',
    'key.separator': marks.field,
    'line.separator': marks.record,
    'headers.separator': marks.header,
    'null.literal': marks.nothing,
  }
  const args = [
    '--bootstrap-server',
    bootstrap.join(),
    '--topic',
    topic,
    '--from-beginning',
    '--max-messages',
    String(count),
    '--timeout-ms',
    '20000',
  ]
  args.push(...pairs('--formatter-property', format), ...pairs('--command-property', settings))
  const output = await kafkaTool('consumer.ConsoleConsumer', args)
  return split(output, marks.record)
    .slice(0, -1)
    .map(line => parse(line, marks))
}

function parse(line: Buffer, marks: { field: string; header: string; nothing: string }): ConsoleRecord {
  const [timestamp, partition, offset, headers, key, value] = split(line, marks.field)
  const orNull = (bytes: Buffer) => (bytes.equals(Buffer.from(marks.nothing)) ? null : bytes)
  const number = (field: Buffer) => field.toString().split(':')[1]
  const header = (bytes: Buffer): [string, Buffer | null] => {
    const colon = bytes.indexOf(':')
    return [bytes.toString('utf8', 0, colon), orNull(bytes.subarray(colon + 1))]
  }
  return {
    partition: Number(number(partition)),
    offset: BigInt(number(offset)),
    timestamp: BigInt(number(timestamp)),
    key: orNull(key),
    value: orNull(value),
    headers: headers.toString() === 'NO_HEADERS' ? [] : split(headers, marks.header).map(header),
  }
}

export interface ConsoleLine {
  key: string | null
  value: string | null
  headers?: readonly (readonly [name: string, value: string])[]
}

/** Writes text records with Java's producer. Texts must be free of tabs, newlines, and, in headers, commas and colons. */
export async function consoleProduce(
  bootstrap: readonly string[],
  topic: string,
  lines: readonly ConsoleLine[],
  codec: CodecName = 'none',
): Promise<void> {
  const nothing = randomBytes(12).toString('hex')
  const withHeaders = lines.some(line => line.headers?.length)
  const reader = { 'parse.key': 'true', 'parse.headers': String(withHeaders), 'null.marker': nothing }
  const args = [
    '--bootstrap-server',
    bootstrap.join(),
    '--topic',
    topic,
    '--compression-codec',
    codec,
    ...pairs('--reader-property', reader),
  ]
  const text = lines.map(({ key, value, headers = [] }) => {
    const before = headers.length ? headers.map(([name, value]) => `${name}:${value}`).join() : nothing
    return `${withHeaders ? `${before}\t` : ''}${key ?? nothing}\t${value ?? nothing}\n`
  })
  await kafkaTool('ConsoleProducer', args, { input: text.join('') })
}

/** The batches of a partition as they lie in the broker's log: every field that DumpLogSegments prints, by its name. */
export async function dumpLog(broker: Broker, topic: string, partition = 0): Promise<Map<string, string>[]> {
  const directory = join(broker.dataDirectory, `${topic}-${partition}`)
  const segments = (await readdir(directory)).filter(name => name.endsWith('.log')).sort()
  const files = segments.map(name => join(directory, name)).join()
  const lines = (await kafkaTool('DumpLogSegments', ['--files', files])).toString().split('\n')
  return lines
    .filter(line => line.startsWith('baseOffset:'))
    .map(line => new Map([...line.matchAll(/(\w+): (\S+)/g)].map(([, name, value]) => [name, value])))
}

export interface GroupRow {
  topic: string
  partition: number
  committed: bigint
  end: bigint
  lag: bigint
}

/** What Kafka's group command says of a group's offsets. */
export async function describeGroup(bootstrap: readonly string[], group: string): Promise<GroupRow[]> {
  const args = await command('consumer.group.ConsumerGroupCommand', [
    '--bootstrap-server',
    bootstrap.join(),
    '--describe',
    '--group',
    group,
  ])
  const { stdout } = await run(java, args, { timeoutMs: 60_000 })
  const rows = stdout
    .toString()
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([name]) => name === group)
  return rows.map(([, topic, partition, committed, end, lag]) => {
    return { topic, partition: Number(partition), committed: BigInt(committed), end: BigInt(end), lag: BigInt(lag) }
  })
}

const pairs = (option: string, settings: Readonly<Record<string, string>>) =>
  Object.entries(settings).flatMap(([name, value]) => [option, `${name}=${value}`])

function split(bytes: Buffer, separator: string): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const end = bytes.indexOf(separator, at)
    if (end < 0) return [...parts, bytes.subarray(at)]
    parts.push(bytes.subarray(at, end))
    at = end + separator.length
  }
}
