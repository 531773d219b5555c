/** Record batches inside a Fetch or Produce frame, down to keys, values and headers. Compressed records have no place in the frame. */
import { codec } from '@milena/client-core/compression'
import { decodeBatches, type RecordBatch } from '@milena/client-core/records'
import type { FieldLine } from '../wire-protocol.js'
import { timeText } from './field-nodes.js'
import { type FieldNode, leaf } from './node.js'

const MOST_BATCHES = 1_000
const MOST_RECORDS = 2_000
/** A batch that unpacks to more is not unpacked for looking at it. */
const UNPACKED_BYTES = 64_000_000
const VALUE_TEXT = 200

/** `base`: where `bytes` begin in the frame. */
export function batchNodes(bytes: Uint8Array, base: number): FieldNode[] {
  const nodes: FieldNode[] = []
  try {
    for (const batch of decodeBatches(bytes)) {
      if (nodes.length >= MOST_BATCHES) {
        nodes.push(leaf({ name: '…', value: 'more batches are not shown', type: '', tone: 'plain', offset: base, length: bytes.length }))
        break
      }
      nodes.push(batchNode(batch, nodes.length, base + batch.bytes.byteOffset - bytes.byteOffset))
    }
  } catch (error) {
    nodes.push(leaf({ name: 'unreadable', value: wordsOf(error), type: '', tone: 'error', offset: base, length: bytes.length }))
  }
  return nodes
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function batchNode(batch: RecordBatch, index: number, base: number): FieldNode {
  const { compressionType } = batch.attrs
  const kind = batch.attrs.isControl ? 'control' : batch.attrs.isTransactional ? 'transactional' : ''
  return {
    name: `batch ${index}`,
    value: `${batch.numRecords} record${batch.numRecords === 1 ? '' : 's'} from offset ${batch.baseOffset}`,
    type: [compressionType, kind].filter(Boolean).join(', '),
    note: '',
    meaning: '',
    tone: 'plain',
    isDefault: false,
    offset: base,
    length: batch.bytes.length,
    count: headerFields(batch, base).length + batch.numRecords,
    children: async () => [...headerFields(batch, base), ...(await recordNodes(batch, base))],
  }
}

/** The layout of a batch's header (KIP-98): name, where, how many bytes. */
function headerFields(batch: RecordBatch, base: number): FieldNode[] {
  const field = (name: string, at: number, length: number, value: bigint | number, meaning = '', isDefault = false) =>
    leaf({ name, value: String(value), type: `int${length * 8}`, tone: 'number', meaning, isDefault, offset: base + at, length })
  const anonymous = batch.producerId === -1n
  return [
    field('baseOffset', 0, 8, batch.baseOffset),
    field('batchLength', 8, 4, batch.bytes.length - 12),
    field('partitionLeaderEpoch', 12, 4, batch.partitionLeaderEpoch, '', batch.partitionLeaderEpoch === -1),
    field('magic', 16, 1, 2),
    leaf({
      name: 'crc',
      value: `0x${batch.crc.toString(16).padStart(8, '0')}`,
      type: 'uint32',
      tone: 'number',
      meaning: 'correct',
      offset: base + 17,
      length: 4,
    }),
    field('attributes', 21, 2, batch.attrs.bits, batch.attrs.compressionType, batch.attrs.bits === 0),
    field('lastOffsetDelta', 23, 4, batch.lastOffsetDelta),
    field('baseTimestamp', 27, 8, batch.baseTimestamp, timeText(batch.baseTimestamp)),
    field('maxTimestamp', 35, 8, batch.maxTimestamp, timeText(batch.maxTimestamp)),
    field('producerId', 43, 8, batch.producerId, '', anonymous),
    field('producerEpoch', 51, 2, batch.producerEpoch, '', anonymous),
    field('baseSequence', 53, 4, batch.baseSequence, '', anonymous),
    field('recordCount', 57, 4, batch.numRecords),
  ]
}

const RECORDS_AT = 61

async function recordNodes(batch: RecordBatch, base: number): Promise<FieldNode[]> {
  const name = batch.attrs.compressionType
  try {
    if (name !== 'none' && batch.codec) await batch.open(await codec(batch.codec), UNPACKED_BYTES)
    const walk = new RecordWalk(batch.payload, batch.isOpen && name === 'none' ? base + RECORDS_AT : null)
    const nodes: FieldNode[] = []
    for (let i = 0; i < batch.numRecords && i < MOST_RECORDS; i++) nodes.push(walk.record(batch, i))
    const left = batch.numRecords - nodes.length
    if (left > 0) nodes.push(leaf({ name: '…', value: `${left} more are not shown`, type: '', tone: 'plain', offset: -1, length: 0 }))
    return nodes
  } catch (error) {
    return [
      leaf({
        name: 'records',
        value: wordsOf(error),
        type: name,
        tone: 'error',
        offset: base + RECORDS_AT,
        length: batch.bytes.length - RECORDS_AT,
      }),
    ]
  }
}

/** Reads records one after the other, remembering where each field stands. The batch has checked every length. */
class RecordWalk {
  private at = 0

  /** `base`: where the payload begins in the frame; null when it was unpacked. */
  constructor(
    private readonly payload: Uint8Array,
    private readonly base: number | null,
  ) {}

  record(batch: RecordBatch, index: number): FieldNode {
    const start = this.at
    const end = Number(this.varint()) + this.at
    const fields: FieldNode[] = [this.field('attributes', 'int8', () => BigInt(this.payload[this.at++]))]
    fields.push(
      this.field(
        'timestampDelta',
        'varlong',
        () => this.varint(),
        delta => timeText(batch.baseTimestamp + delta),
      ),
      this.field(
        'offsetDelta',
        'varint',
        () => this.varint(),
        delta => `offset ${batch.baseOffset + delta}`,
      ),
      this.bytes('key'),
      this.bytes('value'),
    )
    const headersAt = this.at
    const headers: FieldNode[] = []
    for (let count = Number(this.varint()); count > 0 && this.at < end; count--) headers.push(this.header(headers.length))
    fields.push({
      ...leaf({
        name: 'headers',
        value: `${headers.length}`,
        type: 'array',
        tone: 'plain',
        isDefault: headers.length === 0,
        ...this.place(headersAt),
      }),
      count: headers.length,
      children: () => headers,
    })
    this.at = end
    const offset = batch.baseOffset + BigInt(fields[2].value)
    return {
      ...leaf({ name: `record ${index}`, value: `offset ${offset}`, type: '', tone: 'plain', ...this.place(start) }),
      count: fields.length,
      children: () => fields,
    }
  }

  private header(index: number): FieldNode {
    const start = this.at
    const fields = [this.bytes('key'), this.bytes('value')]
    return {
      ...leaf({ name: String(index), value: fields[0].value, type: '', tone: 'plain', ...this.place(start) }),
      count: 2,
      children: () => fields,
    }
  }

  private field(name: string, type: string, read: () => bigint, meaning: (value: bigint) => string = () => ''): FieldNode {
    const start = this.at
    const value = read()
    return leaf({
      name,
      value: String(value),
      type,
      tone: 'number',
      meaning: meaning(value),
      isDefault: value === 0n,
      ...this.place(start),
    })
  }

  private bytes(name: string): FieldNode {
    const start = this.at
    const length = Number(this.varint())
    const bytes = length < 0 ? null : this.payload.subarray(this.at, this.at + length)
    this.at += Math.max(0, length)
    return leaf({ name, ...bytesText(bytes), ...this.place(start) })
  }

  private place(start: number): { offset: number; length: number } {
    return { offset: this.base === null ? -1 : this.base + start, length: this.at - start }
  }

  private varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.payload[this.at++]
      value |= BigInt(byte & 127) << shift
      if (byte < 128 || byte === undefined) return (value >> 1n) ^ -(value & 1n)
    }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text where it is text; otherwise how many bytes. */
function bytesText(bytes: Uint8Array | null): { value: string; type: string; tone: FieldLine['tone'] } {
  if (!bytes) return { value: 'null', type: 'bytes', tone: 'literal' }
  const type = `${bytes.length} B`
  try {
    const text = utf8.decode(bytes.subarray(0, VALUE_TEXT))
    return { value: `${JSON.stringify(text)}${bytes.length > VALUE_TEXT ? '…' : ''}`, type, tone: 'string' }
  } catch {
    return { value: `${bytes.length} bytes`, type, tone: 'plain' }
  }
}
