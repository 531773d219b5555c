/** Bytes: offset, sixteen bytes in two groups of eight (eight below 720 px), and their ASCII. A range of bytes can be selected by key or pointer. */
import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from 'react'
import { toHex } from '../format/encodings.js'
import { type LinesHandle, VirtualLines } from './VirtualLines.js'

export interface ByteRange {
  at: number
  length: number
}

export interface BytesViewProps {
  bytes: Uint8Array
  label: string
  /** Bytes a line; 16 unless the view is narrow. */
  width?: 8 | 16
  /** The selected bytes: marked, and scrolled into sight. */
  range?: ByteRange | null
  onSelect?(range: ByteRange): void
}

const LINE = 20

export function BytesView({ bytes, label, width = 16, range = null, onSelect }: BytesViewProps) {
  const lines = useRef<LinesHandle>(null)
  const at = range?.at ?? -1
  useEffect(() => {
    if (at >= 0) lines.current?.scrollTo(Math.floor(at / width))
  }, [at, width])
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const next = moved(event, range, bytes.length, width)
    if (!next || !onSelect) return
    event.preventDefault()
    event.stopPropagation()
    onSelect(next)
  }
  const digits = Math.max(4, (bytes.length - 1).toString(16).length)
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const hit = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-at]') : null
    if (!hit || !onSelect) return
    const to = Number(hit.dataset.at)
    onSelect(event.shiftKey && range ? spanning(range.at, to) : { at: to, length: 1 })
  }
  return (
    // The box inside takes the focus and the keys; the press is caught here once for all bytes.
    <div className="hexbox" onClickCapture={onClick}>
      <VirtualLines
        ref={lines}
        count={Math.ceil(bytes.length / width)}
        height={LINE}
        className="hex"
        label={label}
        onKeyDown={onKeyDown}
        line={index => (
          <BytesLine bytes={bytes} from={index * width} width={width} digits={digits} range={range} pick={onSelect !== undefined} />
        )}
      />
    </div>
  )
}

interface BytesLineProps {
  bytes: Uint8Array
  from: number
  width: number
  digits: number
  range: ByteRange | null
  pick: boolean
}

function BytesLine({ bytes, from, width, digits, range, pick }: BytesLineProps) {
  const end = Math.min(bytes.length, from + width)
  const marked = (at: number) => range !== null && at >= range.at && at < range.at + range.length
  return (
    <div className="hl1">
      <span className="o">{from.toString(16).padStart(digits, '0')}</span>
      {'  '}
      {Array.from({ length: width }, (_, index) => {
        const at = from + index
        const gap = index === width - 1 ? '' : index === 7 ? '  ' : ' '
        if (at >= end) return `  ${gap}`
        return (
          <Byte
            key={at}
            text={toHex(bytes.subarray(at, at + 1))}
            at={at}
            zero={bytes[at] === 0}
            marked={marked(at)}
            pick={pick}
            gap={gap}
          />
        )
      })}
      {'  '}
      {runs(bytes, from, end, marked).map(run => (
        <Ascii key={run.at} run={run} />
      ))}
    </div>
  )
}

function Byte({
  text,
  at,
  zero,
  marked,
  pick,
  gap,
}: {
  text: string
  at: number
  zero: boolean
  marked: boolean
  pick: boolean
  gap: string
}) {
  const place = pick ? at : undefined
  return (
    <>
      {marked ? (
        <mark data-at={place}>{text}</mark>
      ) : (
        <span data-at={place} className={zero ? 'z' : undefined}>
          {text}
        </span>
      )}
      {gap}
    </>
  )
}

interface Run {
  at: number
  text: string
  marked: boolean
  plain: boolean
}

function Ascii({ run }: { run: Run }) {
  if (run.marked) return <mark>{run.text}</mark>
  return <span className={run.plain ? undefined : 'sp'}>{run.text}</span>
}

/** Neighbours that look alike, as one piece of text. */
function runs(bytes: Uint8Array, from: number, end: number, marked: (at: number) => boolean): Run[] {
  const found: Run[] = []
  for (let at = from; at < end; at++) {
    const plain = bytes[at] > 0x20 && bytes[at] < 0x7f
    const text = plain ? String.fromCharCode(bytes[at]) : bytes[at] === 0x20 ? ' ' : '·'
    const last = found.at(-1)
    if (last && last.plain === plain && last.marked === marked(at)) last.text += text
    else found.push({ at, text, plain, marked: marked(at) })
  }
  return found
}

function spanning(a: number, b: number): ByteRange {
  return { at: Math.min(a, b), length: Math.abs(a - b) + 1 }
}

function moved(event: KeyboardEvent, range: ByteRange | null, size: number, width: number): ByteRange | null {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width }[event.key]
  if (step === undefined || size === 0) return null
  if (!range) return { at: 0, length: 1 }
  if (event.shiftKey) {
    const length = Math.max(1, Math.min(size - range.at, range.length + step))
    return { at: range.at, length }
  }
  return { at: Math.max(0, Math.min(size - 1, range.at + step)), length: 1 }
}
