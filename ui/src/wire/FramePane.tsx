/** One frame: its fields beside its bytes, each pointing at the other. */
import { type ReactNode, useState } from 'react'
import { bytesText } from '../format/numbers.js'
import { type ByteRange, BytesView } from '../parts/BytesView.js'
import { Tree, type TreeNode } from '../parts/Tree.js'
import type { FieldLine, FrameState, WireSide } from '../session/wire-protocol.js'
import { idOf, type ShownLine, useFields } from './fields.js'
import type { Wire } from './wire.js'

export interface FramePaneProps {
  wire: Wire
  id: number
  side: WireSide
  frame: FrameState
  /** Eight bytes a line instead of sixteen. */
  narrow: boolean
  children?: ReactNode
}

export function FramePane({ wire, id, side, frame, narrow, children }: FramePaneProps) {
  if (frame.is !== 'kept') return <p className="why">{whyNot(frame)}</p>
  return (
    <KeptFrame key={`${id} ${side} ${frame.bytes.length}`} wire={wire} id={id} side={side} frame={frame} narrow={narrow}>
      {children}
    </KeptFrame>
  )
}

/** Why there are no bytes to show. */
export function whyNot(frame: Exclude<FrameState, { is: 'kept' }>): string {
  switch (frame.is) {
    case 'hidden':
      return frame.because === 'SASL'
        ? 'hidden: SASL. What is said while logging in is never recorded.'
        : 'hidden: credentials. Frames that carry them are never recorded.'
    case 'dropped':
      return 'frame dropped from the 16 MB ring, metadata kept'
    case 'too large':
      return `frame of ${bytesText(frame.bytes)} not kept: one frame may have 4 MB, metadata kept`
    case 'not recorded':
      return 'payload not recorded: bytes are kept only once Wire has been open'
    case 'none':
      return noFrame[frame.because]
  }
}

const noFrame = {
  'in flight': 'no answer yet',
  'no response expected': 'no response expected: acks=0',
  cancelled: 'given up before the answer came: nobody waited for it any more',
  failed: 'no answer came: the connection failed first',
}

interface KeptProps extends FramePaneProps {
  frame: Extract<FrameState, { is: 'kept' }>
}

function KeptFrame({ wire, id, side, frame, narrow, children }: KeptProps) {
  const fields = useFields(wire, id, side)
  const [selected, setSelected] = useState<FieldLine | null>(null)
  const [range, setRange] = useState<ByteRange | null>(null)

  const select = (field: FieldLine) => {
    setSelected(field)
    setRange(field.offset < 0 ? null : { at: field.offset, length: field.length })
  }
  const selectBytes = async (bytes: ByteRange) => {
    setRange(bytes)
    if (bytes.length > 1) return
    const path = await wire.ask('wire.fieldAt', { id, side, offset: bytes.at })
    if (!path) return
    const [field] = await wire.ask('wire.fields', { id, side, path: path.slice(0, -1), from: path[path.length - 1], count: 1 })
    await fields.reveal(path)
    if (field) setSelected(field)
    if (field && field.offset >= 0) setRange({ at: field.offset, length: field.length })
  }
  const byId = (one: string) => fields.lines.find(line => line.id === one)
  return (
    <div className="split">
      <div className="ctree">
        {frame.unreadable && <p className="note err">Not readable to its end: {frame.unreadable}</p>}
        <Tree
          label={side === 'request' ? 'Fields of the request' : 'Fields of the response'}
          nodes={fields.lines.map(nodeOf)}
          selected={selected ? idOf(selected.path) : null}
          onSelect={one => {
            const line = byId(one)
            if (line) select(line.field)
          }}
          onToggle={fields.toggle}
          height={20}
        />
      </div>
      <div className="cbytes">
        <BytesView
          bytes={frame.bytes}
          label="Bytes of the frame"
          width={narrow ? 8 : 16}
          range={range}
          onSelect={bytes => void selectBytes(bytes)}
        />
        <Foot selected={selected} range={range} />
      </div>
      {children}
    </div>
  )
}

function nodeOf({ field, id, depth, position, siblings, expanded }: ShownLine): TreeNode {
  const at = field.offset < 0 ? '' : `${field.offset.toString(16).padStart(4, '0')}+${field.length.toString(16)}`
  return { id, depth, position, siblings, expanded, quiet: field.isDefault, note: at, label: <FieldLabel field={field} /> }
}

const tones: Record<FieldLine['tone'], string | undefined> = {
  key: 'sk',
  string: 'ss',
  number: 'sn',
  literal: 'sl',
  error: 'er',
  plain: undefined,
}

/** `error_code: 6 NOT_LEADER_OR_FOLLOWER int16` */
function FieldLabel({ field }: { field: FieldLine }) {
  const { name, value, type, note, meaning, tone } = field
  const notes = [type, note].filter(Boolean).join(', ')
  const isItem = type === '' && /^\d+$/.test(name)
  return (
    <>
      <span className="mono">
        <span className="sk">{name}</span>
        {value !== '' && (
          <>
            <span className="sp">{isItem ? ' ' : ': '}</span>
            <span className={tones[tone]}>{value}</span>
          </>
        )}
        {meaning && <span className={tone === 'error' ? 'er' : 't2'}> {meaning}</span>}
      </span>
      {notes && <span className="ty">{notes}</span>}
    </>
  )
}

function Foot({ selected, range }: { selected: FieldLine | null; range: ByteRange | null }) {
  const hex = (at: number) => `0x${at.toString(16)}`
  return (
    <div className="foot">
      <span className="mono">{selected ? selected.name : 'whole frame'}</span>
      {range && (
        <span>
          bytes {hex(range.at)} to {hex(range.at + range.length - 1)}, {range.length} B
        </span>
      )}
      {selected && selected.offset < 0 && <span>unpacked from a compressed batch: it has no place in the frame</span>}
      {selected?.note && <span className="ell">{selected.note}</span>}
    </div>
  )
}
