/** Text from the cluster, safe to look at: HTML is text, controls are pictures, direction marks are tags. */
import { Fragment } from 'react'
import { type Span, visibleBytes, visibleText } from '../format/visible.js'

const classes: Record<Span['kind'], string | undefined> = { text: undefined, bad: 'bad', control: 'ctl', tag: 'inv' }

export function Spans({ spans }: { spans: readonly Span[] }) {
  return (
    <span className="bidi">
      {spans.map((span, index) => {
        const key = `${index}`
        return span.kind === 'text' ? (
          <Fragment key={key}>{span.text}</Fragment>
        ) : (
          <span key={key} className={classes[span.kind]}>
            {span.text}
          </span>
        )
      })}
    </span>
  )
}

export const LineText = ({ text }: { text: string }) => <Spans spans={visibleText(text, { line: true })} />
export const LineBytes = ({ bytes }: { bytes: Uint8Array }) => <Spans spans={visibleBytes(bytes, { line: true })} />
