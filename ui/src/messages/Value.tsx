/** A key or value on one line: at most 2 kB of it, coloured when it is JSON; null, empty and bytes are badges, never words. */
import { memo, useMemo } from 'react'
import { type DecoderChoice, decoderLabels } from '../decode/choices.js'
import { decode } from '../decode/decoders.js'
import { toHex } from '../format/encodings.js'
import { bytesText, grouped } from '../format/numbers.js'
import { cutUtf8 } from '../format/utf8.js'
import { type JsonToken, jsonTokens } from '../json/tokens.js'
import { Badge } from '../parts/Badge.js'
import { LineBytes, LineText } from '../parts/Spans.js'

const SHOWN = 2048
const HEX_SHOWN = 32

export interface ValueProps {
  bytes: Uint8Array | null
  size: number
  decoder: DecoderChoice
  /** Said after `null`: a null value deletes its key. */
  nullWord?: string
}

export const ValueLine = memo(function ValueLine({ bytes, size, decoder, nullWord }: ValueProps) {
  if (bytes === null) {
    return (
      <>
        <Badge tone="line">null</Badge>
        {nullWord && <span className="t2">{nullWord}</span>}
      </>
    )
  }
  if (size === 0) {
    return (
      <>
        <Badge tone="line">empty</Badge>
        <span className="t2">0 bytes</span>
      </>
    )
  }
  return <Content bytes={bytes} size={size} decoder={decoder} />
})

function Content({ bytes, size, decoder }: { bytes: Uint8Array; size: number; decoder: DecoderChoice }) {
  const cut = useMemo(() => cutUtf8(bytes, SHOWN), [bytes])
  const shown = useMemo(() => preview(bytes, cut, decoder), [bytes, cut, decoder])
  switch (shown.is) {
    case 'failed':
      return (
        <>
          <Badge tone="warn" icon="warn">
            {shown.why}
          </Badge>
          <Hex bytes={bytes} size={size} />
        </>
      )
    case 'bytes':
      return <Hex bytes={bytes} size={size} />
    case 'mixed':
      return (
        <span className="mono ell">
          <LineBytes bytes={cut} />
        </span>
      )
    case 'json':
      return (
        <span className="mono ell">
          <JsonLine text={shown.text} />
        </span>
      )
    default:
      return (
        <span className={shown.is === 'number' ? 'mono ell sn' : 'mono ell'}>
          <LineText text={shown.text === 'null' ? '"null"' : shown.text} />
        </span>
      )
  }
}

type Preview =
  | { is: 'json' | 'text' | 'number'; text: string }
  /** UTF-8 with some bytes that are none. */
  | { is: 'mixed' }
  | { is: 'bytes' }
  | { is: 'failed'; why: string }

/** Only what is drawn is decoded: a value that is cut is read as text, and coloured when it starts like JSON. */
function preview(bytes: Uint8Array, cut: Uint8Array, decoder: DecoderChoice): Preview {
  const whole = bytes.length <= SHOWN
  const { decoded, failed } = decode(whole ? bytes : cut, whole || decoder !== 'json' ? decoder : 'text')
  if (failed) return { is: 'failed', why: `${decoderLabels[decoder]} failed: ${failed}` }
  if (decoded.is === 'bytes' || decoded.is === 'mixed') return decoded
  // Four bytes that spell null are not a null: the quotes tell them apart.
  if (decoded.text === 'null' && decoder === 'auto') return { is: 'text', text: decoded.text }
  if (decoded.is !== 'text') return { is: decoded.is, text: decoded.text }
  const looksJson = (decoder === 'auto' || decoder === 'json') && /^\s*[{[]/.test(decoded.text)
  return { is: looksJson ? 'json' : 'text', text: decoded.text }
}

const kinds: Record<JsonToken['kind'], string | undefined> = {
  key: 'sk',
  string: 'ss',
  number: 'sn',
  literal: 'sl',
  mark: 'sp',
  other: undefined,
}

function JsonLine({ text }: { text: string }) {
  const tokens = useMemo(() => jsonTokens(text), [text])
  return (
    <span className="bidi">
      {tokens.map((token, index) => {
        const key = `${index}`
        return (
          <span key={key} className={kinds[token.kind]}>
            {token.kind === 'string' || token.kind === 'key' || token.kind === 'other' ? <LineText text={token.text} /> : token.text}
          </span>
        )
      })}
    </span>
  )
}

function Hex({ bytes, size }: { bytes: Uint8Array; size: number }) {
  return (
    <>
      <Badge tone="line">bytes</Badge>
      <span className="mono ell">
        {toHex(bytes.subarray(0, HEX_SHOWN), ' ')}
        {size > HEX_SHOWN && ' …'}
      </span>
    </>
  )
}

/** Bytes of a value; a dash for null. */
export function Size({ size }: { size: number }) {
  return size < 0 ? (
    <span className="t3">–</span>
  ) : (
    <span className="t2" title={`${grouped(size)} B`}>
      {size < 10_000 ? grouped(size) : bytesText(size)}
    </span>
  )
}
