/** What this page cost, once it was slow: one sentence, and a way to the row that took longest. */
import { bytesText, duration, grouped, plural, rounded } from '../format/numbers.js'
import { Icon } from '../parts/Icon.js'
import type { WireCost } from '../session/wire-protocol.js'

export function CostLine({ cost, onShow }: { cost: WireCost; onShow(id: number): void }) {
  const { tookMs, requests, received, worst } = cost
  return (
    <p className="cost">
      <Icon name="clock" small />
      <span className="ell">
        <b className="b">This page took {duration(tookMs)}</b> · {plural(requests, 'request')} · {bytesText(received)} received ·{' '}
        <button type="button" className="link" onClick={() => onShow(worst.id)}>
          {duration(worst.ms)}
        </button>{' '}
        of it is <span className="mono">{worst.api}</span> on {worst.broker >= 0 ? `broker ${grouped(worst.broker)}` : 'a seed broker'}
        {worst.timesMedian !== null && ` (${rounded(worst.timesMedian)} times its median)`}.
      </span>
    </p>
  )
}
