/** Looks into one frame at a time: its tree is explained when it is opened and kept while others are looked at. */
import { apis, decodeRequest, decodeResponse, type Explanation, explainFrame } from '@milena/client-core/protocol'
import { hiddenBecause } from '../recorder/api-family.js'
import type { Reading } from '../recorder/reading.js'
import type { Recorder } from '../recorder/recorder.js'
import { CANCELLED, DONE, FAILED, REQUEST_KEPT, RESPONSE_KEPT, SILENT, TOO_LARGE } from '../recorder/request-ring.js'
import { connectionRow, requestRow, type Words } from '../recorder/row.js'
import type { FieldLine, FieldRange, FrameState, Inspection, RequestRow, WireRow, WireSide } from '../wire-protocol.js'
import { fieldNodes } from './field-nodes.js'
import { jsonOf } from './json.js'
import { type FieldNode, leaf, lineOf } from './node.js'

const KEPT_TREES = 4
const LIMITS = { maxItems: 2_000, maxNodes: 50_000 }
const MOST_LINES = 2_000
const SIZE = 4

export interface InspectorContext {
  recorder: Recorder
  reading: Reading
  words: Words
  topicName(topicId: string): string | undefined
  brokerAddress(broker: number): string | null
  now(): number
}

interface Tree {
  explanation: Explanation
  roots: FieldNode[]
  /** Children that were made, by path. */
  made: Map<string, FieldNode[]>
}

export class Inspector {
  private readonly trees = new Map<string, Tree>()

  constructor(private readonly context: InspectorContext) {}

  inspect(id: number): Inspection | null {
    const { recorder, brokerAddress, now } = this.context
    const row = this.row(id)
    if (!row) return null
    const slot = recorder.requests.slot(id)
    const none: FrameState = { is: 'none', because: 'failed' }
    return {
      row,
      request: slot < 0 ? none : this.frameState(slot, 'request'),
      response: slot < 0 ? none : this.frameState(slot, 'response'),
      attempts: row.is === 'request' ? this.attempts(row) : [],
      brokerAddress: brokerAddress(row.broker),
      medianMs: row.is === 'request' ? recorder.tally.apis.median(now(), row.apiKey) : null,
    }
  }

  /** Children of one line, [] for the roots. */
  async fields({ id, side, path, from, count }: FieldRange): Promise<FieldLine[]> {
    const children = await this.children(id, side, path)
    const end = from + Math.min(count, MOST_LINES)
    return children.slice(from, end).map((node, i) => lineOf(node, [...path, from + i]))
  }

  /** The path of the deepest field over a byte, records included; null where there is none. */
  async fieldAt(id: number, side: WireSide, offset: number): Promise<number[] | null> {
    const path: number[] = []
    for (;;) {
      const nodes = await this.children(id, side, path)
      const at = nodes.findIndex(node => node.offset >= 0 && offset >= node.offset && offset < node.offset + node.length)
      if (at < 0) return path.length > 0 ? path : null
      path.push(at)
    }
  }

  json(id: number, side: WireSide): string {
    const { requests } = this.context.recorder
    const slot = requests.slot(id)
    const frame = this.frame(id, side)
    const api = slot < 0 ? undefined : apis.get(requests.apiKey[slot])
    if (!frame || !api) return ''
    const body =
      side === 'request' ? decodeRequest(api.request, frame).body : decodeResponse(api.response, requests.apiVersion[slot], frame).body
    return jsonOf(body)
  }

  private row(id: number): WireRow | null {
    const { recorder, reading, words } = this.context
    if (id < 0) {
      const record = recorder.connections.get(-1 - id)
      return record ? connectionRow(record) : null
    }
    const slot = recorder.requests.slot(id)
    return slot < 0 ? null : requestRow(recorder, reading, slot, words)
  }

  /** Retries name the attempt before them: back to the first, then on to those that name one of them. */
  private attempts(row: RequestRow): RequestRow[] {
    const { recorder, reading, words } = this.context
    const { requests } = recorder
    let first = row.id
    for (let slot = requests.slot(first); slot >= 0 && requests.retryOf[slot] >= 0; slot = requests.slot(first)) {
      if (requests.slot(requests.retryOf[slot]) < 0) break
      first = requests.retryOf[slot]
    }
    const chain = new Set([first])
    for (let id = first + 1; id <= requests.last; id++) {
      const slot = requests.slot(id)
      if (slot >= 0 && chain.has(requests.retryOf[slot])) chain.add(id)
    }
    return [...chain].map(id => requestRow(recorder, reading, requests.slot(id), words))
  }

  private frame(id: number, side: WireSide): Uint8Array | undefined {
    return this.context.recorder.frames.get(id, side)
  }

  private frameState(slot: number, side: WireSide): FrameState {
    const { requests } = this.context.recorder
    const hidden = hiddenBecause(requests.apiKey[slot])
    const id = requests.id[slot]
    if (side === 'response' && requests.has(slot, SILENT)) return { is: 'none', because: 'no response expected' }
    if (side === 'response' && !requests.has(slot, DONE)) return { is: 'none', because: 'in flight' }
    if (side === 'response' && requests.has(slot, CANCELLED)) return { is: 'none', because: 'cancelled' }
    if (side === 'response' && requests.has(slot, FAILED)) return { is: 'none', because: 'failed' }
    if (hidden) return { is: 'hidden', because: hidden }
    const frame = this.frame(id, side)
    const tree = this.tree(id, side)
    if (frame && tree) return { is: 'kept', bytes: withSize(frame), fields: tree.roots.length, unreadable: tree.explanation.error ?? null }
    if (requests.has(slot, side === 'request' ? REQUEST_KEPT : RESPONSE_KEPT)) return { is: 'dropped' }
    const bytes = side === 'request' ? requests.sent[slot] : requests.received[slot]
    return requests.has(slot, TOO_LARGE) && bytes > this.context.recorder.frames.largestBytes
      ? { is: 'too large', bytes }
      : { is: 'not recorded' }
  }

  private tree(id: number, side: WireSide): Tree | null {
    const key = `${side} ${id}`
    const known = this.trees.get(key)
    if (known) return known
    const { requests } = this.context.recorder
    const slot = requests.slot(id)
    const frame = this.frame(id, side)
    if (slot < 0 || !frame) return null
    const explanation = explainFrame(side, requests.apiKey[slot], requests.apiVersion[slot], frame, LIMITS)
    const whole = withSize(frame)
    const size = leaf({ name: 'size', value: String(frame.length), type: 'int32', tone: 'number', offset: 0, length: SIZE })
    const fields = fieldNodes(explanation.tree.children ?? [], { frame: whole, topicName: this.context.topicName })
    const tree: Tree = { explanation, roots: [size, ...fields], made: new Map() }
    this.trees.set(key, tree)
    if (this.trees.size > KEPT_TREES) for (const old of this.trees.keys()) if (this.trees.delete(old)) break
    return tree
  }

  private async children(id: number, side: WireSide, path: readonly number[]): Promise<FieldNode[]> {
    const tree = this.tree(id, side)
    if (!tree || path.length === 0) return tree?.roots ?? []
    const key = path.join('.')
    const made = tree.made.get(key)
    if (made) return made
    const parent = (await this.children(id, side, path.slice(0, -1)))[path[path.length - 1]]
    const children = parent ? await parent.children() : []
    tree.made.set(key, children)
    return children
  }
}

/** The frame as it went over the wire. */
function withSize(frame: Uint8Array): Uint8Array {
  const whole = new Uint8Array(frame.length + SIZE)
  new DataView(whole.buffer).setUint32(0, frame.length)
  whole.set(frame, SIZE)
  return whole
}
