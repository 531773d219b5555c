/** The explained fields of a frame as nodes: with summaries of structs, names for ids, times for timestamps. */
import { apis, type Explained } from '@milena/client-core/protocol'
import type { FieldLine } from '../wire-protocol.js'
import { type FieldNode, leaf } from './node.js'
import { batchNodes } from './record-nodes.js'

export interface FieldContext {
  /** The frame with its four bytes of size. */
  frame: Uint8Array
  topicName(topicId: string): string | undefined
}

/** Explained offsets do not count the frame's size; lines do. */
const SIZE = 4

export function fieldNodes(fields: readonly Explained[], context: FieldContext): FieldNode[] {
  return fields.map(field => fieldNode(field, context))
}

function fieldNode(field: Explained, context: FieldContext): FieldNode {
  const children = field.children ?? []
  const hidden = field.hidden ?? 0
  const offset = field.offset + SIZE
  const base = {
    name: field.name.replace(/^\[(\d+)\]$/, '$1'),
    value: valueText(field),
    type: field.type === 'struct' && field.name.startsWith('[') ? '' : field.type,
    note: field.note ?? '',
    meaning: meaningOf(field, context),
    tone: toneOf(field),
    isDefault: field.isDefault,
    offset,
    length: field.length,
  }
  if (field.type === 'records') {
    const bytes = recordBytes(field, context.frame)
    return { ...base, count: bytes.length > 0 ? 1 : 0, children: () => batchNodes(bytes, offset + field.length - bytes.length) }
  }
  return {
    ...base,
    count: children.length + (hidden > 0 ? 1 : 0),
    children: () => [...fieldNodes(children, context), ...(hidden > 0 ? [more(hidden, field)] : [])],
  }
}

function more(hidden: number, { offset, length }: Explained): FieldNode {
  return leaf({ name: '…', value: `${hidden} more are not shown`, type: '', tone: 'plain', offset: offset + SIZE, length })
}

/** The batches behind the length that stands before them. */
function recordBytes({ value, offset, length }: Explained, frame: Uint8Array): Uint8Array {
  const size = typeof value === 'string' ? Number.parseInt(value, 10) : 0
  const end = offset + length + SIZE
  return size > 0 ? frame.subarray(end - size, end) : new Uint8Array(0)
}

function valueText(field: Explained): string {
  const { value, type } = field
  if (value === null) return 'null'
  if (value === undefined) return summaryOf(field)
  if (type === 'string') return JSON.stringify(value)
  return String(value)
}

const nameFields = ['name', 'topic', 'topicName', 'groupId', 'memberId', 'resourceName', 'host', 'transactionalId', 'key']
const numberFields: readonly [field: string, words: string][] = [
  ['partitionIndex', 'partition'],
  ['partition', 'partition'],
  ['index', 'partition'],
  ['nodeId', 'broker'],
  ['leaderId', 'broker'],
]

/** What a struct is about: its name, or the number that tells it from its neighbours. */
function summaryOf({ children = [] }: Explained): string {
  const childOf = (name: string) => children.find(child => child.name === name)?.value
  for (const name of nameFields) {
    const value = childOf(name)
    if (typeof value === 'string') return value
  }
  const apiKey = childOf('apiKey')
  if (apiKey !== undefined && children.length > 2) return apis.get(Number(apiKey))?.name ?? `API ${apiKey}`
  for (const [name, words] of numberFields) {
    const value = childOf(name)
    if (typeof value === 'number') return `${words} ${value}`
  }
  return ''
}

const NO_TOPIC = 'AAAAAAAAAAAAAAAAAAAAAA'
const isTime = (name: string) => /timestamp$|TimeMs$/i.test(name) && !/throttle/i.test(name)

function meaningOf({ name, value, meaning, type }: Explained, { topicName }: FieldContext): string {
  if (meaning) return meaning
  if (type === 'uuid' && typeof value === 'string' && value !== NO_TOPIC) return topicName(value) ?? ''
  if (type === 'int64' && isTime(name) && typeof value === 'bigint' && value >= 0n) return timeText(value)
  if (name === 'apiKey') return apis.get(Number(value))?.name ?? ''
  return ''
}

export function timeText(ms: bigint): string {
  const date = new Date(Number(ms))
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

function toneOf({ name, value, type }: Explained): FieldLine['tone'] {
  if (name === 'errorCode' && value !== 0) return 'error'
  if (value === null || typeof value === 'boolean') return 'literal'
  if (typeof value === 'number' || typeof value === 'bigint') return 'number'
  return type === 'string' ? 'string' : 'plain'
}
