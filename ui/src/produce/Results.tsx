/** What was sent, newest first: partition, offset, how long it took; failures stay with their next step. */
import { bytesText, grouped, rounded } from '../format/numbers.js'
import { Icon } from '../parts/Icon.js'
import { FaultLine } from '../parts/States.js'
import type { Fault, ProduceResult } from '../session/protocol.js'

export type Sent = { id: number } & ({ is: 'sent'; result: ProduceResult } | { is: 'failed'; fault: Fault })

export interface ResultsProps {
  sent: readonly Sent[]
  onOpen(result: ProduceResult): void
  onWire(fault: Fault): void
}

export function Results({ sent, onOpen, onWire }: ResultsProps) {
  return (
    <div className="res" role="log" aria-label="Results" tabIndex={sent.length > 4 ? 0 : undefined} hidden={sent.length === 0}>
      {sent.map(each =>
        each.is === 'sent' ? (
          <div key={each.id} className="rr">
            <span className="ok">
              <Icon name="check" small />
              <span className="sr">produced to partition</span>
            </span>
            <span className="mono">{each.result.partition}</span>
            <span className="mono r">{each.result.offset === null ? 'not told' : grouped(each.result.offset)}</span>
            <span className="t2 ell">
              {rounded(each.result.latencyMs)} ms · {bytesText(each.result.batchBytes)}
              {each.result.broker !== null && ` · broker ${each.result.broker}`}
            </span>
            {each.result.offset === null ? (
              <span className="t3">acks none</span>
            ) : (
              <button type="button" className="link" onClick={() => onOpen(each.result)}>
                Open
              </button>
            )}
          </div>
        ) : (
          <div key={each.id} className="rr e">
            <span className="err">
              <Icon name="close" small />
            </span>
            <span>
              <FaultLine fault={each.fault} />
              <button type="button" className="link" onClick={() => onWire(each.fault)}>
                Show in Wire
              </button>
            </span>
          </div>
        ),
      )}
    </div>
  )
}
