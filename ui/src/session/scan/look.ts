/** Looks at the records of a piece: counts, filters, and takes what matches. Long pieces are looked at in slices, so that a stop is heard. */
import { parseRecordFilter, recordMatches } from '../../messages/record-filter.js'
import type { RecordRow, ScanParams } from '../protocol.js'
import type { Piece } from './reader.js'
import { ownRow, RowMaker } from './rows.js'

const SLICE_MS = 20
const CHECK_EVERY = 64

export interface Looked {
  rows: RecordRow[]
  /** Time of the first and the last record in the range; null: there was none. */
  firstAt: bigint | null
  lastAt: bigint | null
  /** Where it ended early because enough was found; null: everything in the range was looked at. */
  cut: bigint | null
}

/** How many matches are wanted: the first ones end the look, of the last ones older rows make room. */
export interface Wanted {
  first?: number
  last?: number
}

export interface Counted {
  scanned: number
  /** The oldest timestamp looked at. */
  backTo: bigint | null
}

export class Looker {
  readonly counted: Counted = { scanned: 0, backTo: null }
  private readonly maker = new RowMaker()
  private readonly filter: ReturnType<typeof parseRecordFilter>

  constructor(
    private readonly params: Pick<ScanParams, 'filter' | 'controlRecords'>,
    private readonly pause: () => Promise<void>,
    private readonly now: () => number,
  ) {
    this.filter = parseRecordFilter(params.filter)
  }

  /** The matches in [from, end); null end: no bound. Ends early when `stopped` says so. */
  async look(
    piece: Piece,
    range: { from: bigint; end: bigint | null },
    { first, last = Number.POSITIVE_INFINITY }: Wanted,
    stopped: () => boolean,
  ): Promise<Looked> {
    const looked: Looked = { rows: [], firstAt: null, lastAt: null, cut: null }
    let since = this.now()
    let count = 0
    for (const record of piece.records) {
      const { offset } = record
      if (offset < range.from) continue
      if (range.end !== null && offset >= range.end) break
      const row = this.maker.view(record)
      this.counted.scanned++
      looked.firstAt ??= row.timestamp
      looked.lastAt = row.timestamp
      if (row.timestamp >= 0n && (this.counted.backTo === null || row.timestamp < this.counted.backTo)) this.counted.backTo = row.timestamp
      const isShown = row.control === null || this.params.controlRecords
      if (isShown && recordMatches(this.filter, row)) looked.rows.push(ownRow(row))
      if (looked.rows.length > 2 * last) looked.rows.splice(0, looked.rows.length - last)
      if (first !== undefined && looked.rows.length >= first) {
        looked.cut = offset + 1n
        break
      }
      if (++count % CHECK_EVERY === 0 && this.now() - since > SLICE_MS) {
        await this.pause()
        if (stopped()) break
        since = this.now()
      }
    }
    if (looked.rows.length > last) looked.rows.splice(0, looked.rows.length - last)
    return looked
  }
}
