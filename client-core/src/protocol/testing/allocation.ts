import { uuidFromBytes } from '../../bytes/uuid.js'
import { apis } from '../apis.js'
import { decode, encode } from '../codec.js'
import { isFlexible, type Message } from '../message.js'
import type { Fields, FieldType } from '../schema.js'
import { isNullable, presence } from '../struct.js'

/*
 * Run by a process whose young generation is so large that nothing is collected meanwhile: what the heap has grown by is all that was
 * allocated, garbage included.
 */

export interface Allocation {
  /** The message, its version, the array that is dense, and what is in it. */
  readonly what: string
  readonly frame: number
  /** Bytes that decoding it took, until its end or until it failed. */
  readonly allocated: number
  /** Why it failed. */
  readonly error?: string
}

const FRAME = 500_000
/** Items of more bytes than this take less memory for their size. */
const DENSE = 8
declare const gc: () => void
let clean = 0

function collected(): number {
  gc()
  return process.memoryUsage().heapUsed
}

/**
 * Frames that hold as many items as fit half a megabyte, in each array of small items of each message, and end in one byte too many: the densest that a hostile
 * peer can send, and broken where no reader can know before.
 */
export function* hostileFrames(): Generator<Allocation> {
  const messages: readonly Message[] = [...apis.values()].flatMap(({ request, response }) => [response, request])
  for (const message of messages) {
    const version = message.versions[1]
    for (const path of arrayPaths(message.fields, version)) {
      for (const tagged of isFlexible(message, version) && path.length === 1 ? [false, true] : [false]) {
        const what = `${message.name} v${version} ${path.join('.')}${tagged ? ', with an unknown tag each' : ''}`
        const frame = frameOf(message, version, path, tagged)
        if (frame !== undefined) yield measured(what, message, version, frame)
      }
    }
  }
}

/** Texts that take twice their bytes, and as many empty byte arrays as fit. */
export function* textsAndBytes(): Generator<Allocation> {
  const { request: metadata } = apis.get(3)!
  const text = `${'x'.repeat(30_000)}\u4e00`
  const topics = Array.from({ length: FRAME / text.length }, () => ({ name: text }))
  yield measured('long texts', metadata, 12, broken(encode(metadata, { topics } as never, 12)))
  const { request: sync } = apis.get(14)!
  const assignments = new Array(FRAME / 4).fill({ memberId: '', assignment: new Uint8Array(0) })
  yield measured(
    'empty byte arrays',
    sync,
    5,
    broken(encode(sync, { groupId: '', generationId: 0, memberId: '', assignments } as never, 5)),
  )
}

/** What a large cluster has: partitions, twenty to a topic. */
const PARTITIONS = 200_000
/** And items of any other array, ten in each that is inside another. */
const ITEMS = 70_000
const aboutPartitions = [
  'DeleteRecords',
  'DescribeTopicPartitions',
  'Fetch',
  'ListOffsets',
  'ListPartitionReassignments',
  'Metadata',
].concat(['OffsetCommit', 'OffsetFetch', 'OffsetForLeaderEpoch', 'Produce'])

/** What brokers of a large cluster answer: each array of each message with as many items as such a cluster has. */
export function* honestAnswers(): Generator<Allocation> {
  for (const { response } of apis.values()) {
    const version = response.versions[1]
    for (const path of arrayPaths(response.fields, version)) {
      if (innerType(response.fields, path).kind !== 'struct') continue
      const ofPartitions = aboutPartitions.includes(response.api) && path.at(-1) === 'partitions'
      const items = ofPartitions ? PARTITIONS : ITEMS
      const each = ofPartitions ? 20 : 10
      const counts = path.map(() => 1)
      counts[path.length - 1] = path.length > 1 ? each : items
      if (path.length > 1) counts[path.length - 2] = items / each
      const frame = encode(response, honest(response.fields, version, path, counts, 0) as never, version)
      yield measured(`${response.name} v${version} ${path.join('.')}`, response, version, frame)
    }
  }
}

function innerType(fields: Fields, [name, ...rest]: readonly string[]): FieldType {
  const { type } = fields[name]
  const inner = type.kind === 'array' ? type.of : type
  return rest.length > 0 && inner.kind === 'struct' ? innerType(inner.fields, rest) : inner
}

/** A struct as a broker would fill it: names and ids of their own, counts and offsets that differ, null where that is usual. */
function honest(fields: Fields, version: number, path: readonly string[], counts: readonly number[], index: number): unknown {
  const value: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const { type, tag } = field
    if (presence(field, version) === 'absent' || (tag !== undefined && name !== path[0])) continue
    value[name] =
      isNullable(field, version) && name !== path[0] && type.kind !== 'array' && !/name|topic|id$/i.test(name)
        ? null
        : usual(name, type, version, name === path[0] ? path.slice(1) : [], name === path[0] ? counts : [], index)
  }
  return value
}

function usual(name: string, type: FieldType, version: number, path: readonly string[], counts: readonly number[], index: number): unknown {
  switch (type.kind) {
    case 'array': {
      const { of } = type
      const count = counts[0] ?? (of.kind === 'struct' ? 0 : name === 'offlineReplicas' ? 0 : 3)
      return Array.from({ length: count }, (_, i) =>
        of.kind === 'int32' ? (index + i) % 9 : usual(name, of, version, path, counts.slice(1), counts.length > 0 ? i : index),
      )
    }
    case 'struct':
      return honest(type.fields, version, path, counts, index)
    case 'bool':
      return false
    case 'int64':
      return 1_000_000n + BigInt(index)
    case 'string':
      return /name|topic|id$/i.test(name) ? `team-${index % 97}.${name}-${index}` : `${name}-${index % 10}`
    case 'uuid':
      return uuidFromBytes(Uint8Array.from({ length: 16 }, (_, i) => (i < 4 ? index >> (8 * i) : i)))
    case 'bytes':
    case 'records':
      return new Uint8Array(0)
    default:
      return /partition|index/i.test(name) ? index % 30_000 : 0
  }
}

function measured(what: string, message: Message, version: number, frame: Uint8Array): Allocation {
  try {
    decode(message, new Uint8Array(1), version)
  } catch {
    // The coders are made and the error's class is loaded before it counts.
  }
  // Well before the young generation is full.
  if (process.memoryUsage().heapUsed > clean + 100_000_000) clean = collected()
  const before = process.memoryUsage().heapUsed
  let error: string | undefined
  try {
    decode(message, frame, version)
  } catch (cause) {
    error = String(cause)
  }
  const allocated = process.memoryUsage().heapUsed - before
  return { what, frame: frame.length, allocated, error }
}

function broken(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1)
  longer.set(bytes)
  return longer
}

function frameOf(message: Message, version: number, path: readonly string[], tagged: boolean): Uint8Array | undefined {
  const of = (count: number) => encode(message, struct(message.fields, version, path, count, tagged, true) as never, version)
  const size = (of(1001).length - of(1).length) / 1000
  return size > DENSE ? undefined : broken(of(Math.floor(FRAME / size)))
}

/** Every array that is on the wire, by the names that lead to it. */
function arrayPaths(fields: Fields, version: number): string[][] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (presence(field, version) === 'absent') return []
    const { type } = field
    const inner = type.kind === 'array' ? type.of : type
    const below = inner.kind === 'struct' ? arrayPaths(inner.fields, version).map(path => [name, ...path]) : []
    return type.kind === 'array' ? [[name], ...below] : below
  })
}

/** The least value there is, but for `count` items where the path leads. */
function struct(fields: Fields, version: number, path: readonly string[], count: number, tagged: boolean, outer = false): unknown {
  const value: Record<string, unknown> = tagged && !outer ? { unknownTags: new Map([[9999, new Uint8Array(0)]]) } : {}
  for (const [name, field] of Object.entries(fields)) {
    if (presence(field, version) === 'absent' || (field.tag !== undefined && name !== path[0])) continue
    value[name] = least(field.type, version, name === path[0] ? path.slice(1) : [], name === path[0] ? count : 0, tagged)
  }
  return value
}

function least(type: FieldType, version: number, path: readonly string[], count: number, tagged: boolean): unknown {
  switch (type.kind) {
    case 'array': {
      const items = path.length > 0 ? 1 : count
      return items === 0 ? [] : new Array(items).fill(least(type.of, version, path, count, tagged))
    }
    case 'struct':
      return struct(type.fields, version, path, count, tagged)
    case 'bool':
      return false
    case 'int64':
      return 1n
    case 'string':
      return ''
    case 'uuid':
      return 'AAAAAAAAAAAAAAAAAAAAAQ'
    case 'bytes':
    case 'records':
      return new Uint8Array(0)
    default:
      return 0
  }
}
