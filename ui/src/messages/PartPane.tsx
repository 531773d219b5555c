/** A key or value in full: as the chosen decoder reads it, or as bytes when it cannot. */
import { useMemo, useState } from 'react'
import type { DecoderChoice } from '../decode/choices.js'
import { decode } from '../decode/decoders.js'
import { bytesText } from '../format/numbers.js'
import { type ByteRange, BytesView } from '../parts/BytesView.js'
import { JsonView } from '../parts/JsonView.js'
import { TextView } from '../parts/TextView.js'
import { ByteCopies } from './CopyMenu.js'

/** Above this JSON is parsed only when asked for: parsing holds the page up. */
const EAGER_BYTES = 1_000_000

export interface PartPaneProps {
  what: 'key' | 'value'
  /** What is here of it. */
  bytes: Uint8Array | null
  /** All of it. */
  size: number
  decoder: DecoderChoice
}

export function PartPane({ what, bytes, size, decoder }: PartPaneProps) {
  const [parseAll, setParseAll] = useState(false)
  const cut = bytes !== null && bytes.length < size
  const eager = bytes !== null && (bytes.length <= EAGER_BYTES || parseAll)
  const choice = (!eager || cut) && (decoder === 'auto' || decoder === 'json') ? 'text' : decoder
  const read = useMemo(() => (bytes === null ? null : decode(bytes, choice)), [bytes, choice])
  if (bytes === null || read === null) {
    return (
      <p className="empty">
        {what === 'value' ? 'The value is null: a tombstone. In a compacted topic it deletes its key.' : 'The key is null.'}
      </p>
    )
  }
  if (bytes.length === 0) return <p className="empty">The {what} is empty: 0 bytes, not null.</p>
  const { decoded, failed } = read
  const label = what === 'key' ? 'Key' : 'Value'
  return (
    <div className="pane">
      {!eager && !cut && (
        <p className="note">
          {bytesText(bytes.length)} shown as text.{' '}
          <button type="button" className="link b" onClick={() => setParseAll(true)}>
            Read as JSON
          </button>
        </p>
      )}
      {failed && choice !== 'text' && <p className="note warn">{`${choice} does not fit: ${failed}. Shown as bytes.`}</p>}
      {decoded.is === 'json' && <JsonView key={`${what} ${bytes.length}`} root={decoded.root} source={decoded.text} label={label} />}
      {decoded.is === 'text' && <TextView content={decoded.text} label={label} />}
      {decoded.is === 'number' && <TextView content={decoded.text} label={label} />}
      {decoded.is === 'mixed' && <TextView content={bytes} label={label} />}
      {decoded.is === 'bytes' && <HexPane bytes={bytes} label={`${label} bytes`} />}
    </div>
  )
}

export function HexPane({ bytes, label }: { bytes: Uint8Array | null; label: string }) {
  const [range, setRange] = useState<ByteRange | null>(null)
  if (bytes === null) return <p className="empty">There are no bytes.</p>
  const narrow = window.innerWidth < 720
  return (
    <div className="pane hexpane">
      <BytesView bytes={bytes} label={label} width={narrow ? 8 : 16} range={range} onSelect={setRange} />
      {range && (
        <div className="foot">
          <span className="mono">
            0x{range.at.toString(16)} to 0x{(range.at + range.length - 1).toString(16)}
          </span>
          {range.length} B
          <span className="grow" />
          <ByteCopies bytes={bytes.subarray(range.at, range.at + range.length)} />
        </div>
      )}
    </div>
  )
}
