/** Every decoder tried on the bytes that are shown: which fits, which does not and at which byte. A press takes it. */
import { useMemo } from 'react'
import type { DecoderChoice } from '../decode/choices.js'
import { decode, report } from '../decode/decoders.js'
import { rounded } from '../format/numbers.js'
import { Icon } from '../parts/Icon.js'

/** A report reads the bytes six times: it looks at the first 64 kB. */
const LOOKED_AT = 65_536

export interface DecoderReportProps {
  what: 'key' | 'value'
  bytes: Uint8Array
  choice: DecoderChoice
  onChoose(choice: DecoderChoice): void
}

export function DecoderReport({ what, bytes, choice, onChoose }: DecoderReportProps) {
  const looked = bytes.length > LOOKED_AT ? bytes.subarray(0, LOOKED_AT) : bytes
  const lines = useMemo(() => report(looked, () => performance.now()), [looked])
  const { is, by: shown } = useMemo(() => decode(looked, choice).decoded, [looked, choice])
  const label = `${lines.find(line => line.name === shown)?.label}${is === 'mixed' ? ' with bytes that are none' : ''}`
  return (
    <>
      <h3 className="xh">
        Decoder report{' '}
        <span className="t3">
          {what} shown as {label}
          {choice === 'auto' ? ', chosen by itself' : ''}
        </span>
      </h3>
      <ul className="dec">
        {lines.map(line => (
          <li key={line.name}>
            <span className={line.ok ? 'ok' : 't3'}>
              <Icon name={line.ok ? 'check' : 'close'} small />
              <span className="sr">{line.ok ? 'fits' : 'does not fit'}</span>
            </span>
            <button
              type="button"
              className={line.name === shown ? 'b' : undefined}
              aria-pressed={line.name === shown}
              onClick={() => onChoose(line.name)}
            >
              {line.label}
            </button>
            <span className="t2 ell" title={line.sentence}>
              {line.sentence}
            </span>
            <span className="t3">{line.ms >= 0.1 ? `${rounded(line.ms)} ms` : ''}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
