/** An opened record: value, key, headers, batch and bytes at the left; what is known of it and how it was read at the right. */
import { useMemo, useState } from 'react'
import { useApp, usePrefs } from '../app/app.js'
import type { DecoderChoice } from '../decode/choices.js'
import { decode } from '../decode/decoders.js'
import { toHex } from '../format/encodings.js'
import { bytesText, grouped, rounded } from '../format/numbers.js'
import { fullTime } from '../format/time.js'
import { Badge } from '../parts/Badge.js'
import { Button } from '../parts/Button.js'
import { type FactItem, KvList } from '../parts/Kv.js'
import { LineBytes, LineText } from '../parts/Spans.js'
import { FaultLine } from '../parts/States.js'
import { type TabItem, TabPanel, Tabs } from '../parts/Tabs.js'
import type { Fault, RecordHeader, RecordRow } from '../session/protocol.js'
import { faultOf } from '../session/session.js'
import { CopyMenu } from './CopyMenu.js'
import { DecoderReport } from './DecoderReport.js'
import { HexPane, PartPane } from './PartPane.js'
import type { RecordTab } from './query.js'
import { recordTabs } from './query.js'

/** More than this of one record is not held in a page. */
const WHOLE_BYTES = 16_000_000
const PEEK = 48
const HEADERS_SHOWN = 100

export interface OpenRecordProps {
  row: RecordRow
  tab: RecordTab
  onTab(tab: RecordTab): void
  keyDecoder: DecoderChoice
  valueDecoder: DecoderChoice
  onDecoder(which: 'key' | 'value', choice: DecoderChoice): void
  onLink(): void
  onReproduce(row: RecordRow): void
}

export function OpenRecord(props: OpenRecordProps) {
  const { tab, onTab, keyDecoder, valueDecoder, onDecoder } = props
  const { row, missing, showAll, loading, fault } = useWhole(props.row)
  const part = tab === 'key' ? 'key' : 'value'
  const bytes = part === 'key' ? row.key : row.value
  const panel = 'record'
  return (
    <div className="xrow">
      <div className="xl">
        <Tabs small label="Parts of the record" tabs={tabsOf(row)} selected={tab} onSelect={onTab} panel={panel}>
          <span className="recacts">
            <CopyMenu row={row} onLink={props.onLink} />
            <Button kind="bare" small icon="link" className="p2" shortcut="y" onPress={props.onLink}>
              Link
            </Button>
            <Button kind="bare" small icon="plus" className="p3" shortcut="r" onPress={() => props.onReproduce(row)}>
              Re-produce
            </Button>
          </span>
        </Tabs>
        {missing > 0 && (
          <p className="note">
            <span>
              The first {bytesText((row.value?.length ?? 0) + (row.key?.length ?? 0))} are here, {bytesText(missing)} more are in the log.{' '}
              <button type="button" className="link b" onClick={showAll}>
                {loading ? 'Reading…' : 'Show all'}
              </button>
            </span>
          </p>
        )}
        {fault && (
          <div className="note err">
            <FaultLine fault={fault} />
          </div>
        )}
        <TabPanel panel={panel} tab={tab} label={tab}>
          {(tab === 'value' || tab === 'key') && (
            <PartPane
              what={part}
              bytes={bytes}
              size={part === 'key' ? row.keySize : row.valueSize}
              decoder={part === 'key' ? keyDecoder : valueDecoder}
            />
          )}
          {tab === 'headers' && <HeadersPane headers={row.headers} count={row.headerCount} />}
          {tab === 'batch' && <BatchPane row={row} />}
          {tab === 'bytes' && <HexPane bytes={row.value} label="Bytes of the value" />}
        </TabPanel>
        {tab === 'value' && row.value !== null && row.value.length > 0 && <Peek bytes={row.value} size={row.valueSize} />}
      </div>
      <div className="xr">
        <h3 className="xh">Record</h3>
        <Facts row={row} />
        <h3 className="xh">
          Headers <span className="t3">{row.headerCount === 0 ? 'no headers' : `${grouped(row.headerCount)}, order kept`}</span>
        </h3>
        <Headers headers={row.headers} count={row.headerCount} />
        {bytes !== null && bytes.length > 0 && (
          <DecoderReport
            what={part}
            bytes={bytes}
            choice={part === 'key' ? keyDecoder : valueDecoder}
            onChoose={choice => onDecoder(part, choice)}
          />
        )}
      </div>
    </div>
  )
}

/** The row as the scan sent it, until all of it is asked for. */
function useWhole(given: RecordRow) {
  const { session } = useApp()
  const [whole, setWhole] = useState<RecordRow | null>(null)
  const [loading, setLoading] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const row = whole && whole.offset === given.offset && whole.partition === given.partition ? whole : given
  const missing = Math.max(0, row.valueSize - (row.value?.length ?? 0)) + Math.max(0, row.keySize - (row.key?.length ?? 0))
  const showAll = () => {
    setLoading(true)
    const { topic, partition, offset } = given
    session
      .call('records.read', { topic, partition, offset, maxBytes: WHOLE_BYTES }, { view: `${topic} record` })
      .then(
        found => {
          setWhole(found)
          setFault(found ? null : faultOf(new Error('the offset is no longer in the log'), 'Record not read'))
        },
        error => setFault(faultOf(error, 'Record not read')),
      )
      .finally(() => setLoading(false))
  }
  return { row, missing, showAll, loading, fault }
}

const sizeNote = (size: number) => (size < 0 ? 'null' : size === 0 ? 'empty' : bytesText(size))
const labels: Record<RecordTab, string> = { value: 'Value', key: 'Key', headers: 'Headers', batch: 'Batch', bytes: 'Bytes' }

function tabsOf(row: RecordRow): TabItem<RecordTab>[] {
  const notes: Partial<Record<RecordTab, string>> = {
    value: sizeNote(row.valueSize),
    key: sizeNote(row.keySize),
    headers: grouped(row.headerCount),
  }
  return recordTabs.map(id => ({
    id,
    label: labels[id],
    note: notes[id],
    reason: id === 'bytes' && row.value === null ? 'the value is null: it has no bytes' : undefined,
  }))
}

function Facts({ row }: { row: RecordRow }) {
  const zone = usePrefs(prefs => prefs.zone)
  const { batch } = row
  const ratio =
    batch.uncompressedBytes > 0 && batch.codec !== 'none' ? ` ${rounded((batch.compressedBytes * 100) / batch.uncompressedBytes)} %` : ''
  const items: FactItem[] = [
    {
      label: 'Timestamp',
      value: (
        <>
          {fullTime(row.timestamp, zone)} <span className="t3">{row.timestampType}</span>
        </>
      ),
    },
    { label: 'UTC, epoch ms', value: row.timestamp === -1n ? '–' : `${fullTime(row.timestamp, 'utc').slice(0, 23)}, ${row.timestamp}` },
    {
      label: 'Partition, offset',
      value: (
        <>
          {row.partition} <span className="t3">·</span> {grouped(row.offset)} <span className="t3">leader epoch {row.leaderEpoch}</span>
        </>
      ),
    },
    {
      label: 'Batch',
      value: (
        <>
          {grouped(batch.records)} {batch.records === 1 ? 'record' : 'records'} <span className="t3">·</span> {batch.codec}
          {ratio}
          {batch.producerId >= 0n && (
            <>
              {' '}
              <span className="t3">·</span> producer {String(batch.producerId)} epoch {batch.producerEpoch}
            </>
          )}
        </>
      ),
    },
  ]
  if (row.control) items.push({ label: 'Control', value: `${row.control} marker` })
  return <KvList items={items} />
}

function Headers({ headers, count }: { headers: readonly RecordHeader[]; count: number }) {
  const repeats = useMemo(() => countKeys(headers), [headers])
  const seen = new Map<string, number>()
  const items = headers.slice(0, HEADERS_SHOWN).map((header, index) => {
    const nth = (seen.get(header.key) ?? 0) + 1
    seen.set(header.key, nth)
    const total = repeats.get(header.key) ?? 1
    return (
      <div key={`${header.key} ${String(index)}`} className="pair">
        <dt title={header.key}>{header.key === '' ? <Badge tone="line">empty key</Badge> : <LineText text={header.key} />}</dt>
        <dd>
          <HeaderValue value={header.value} /> {nth > 1 && <Badge tone="line">same key ×{total}</Badge>}
        </dd>
      </div>
    )
  })
  return (
    <>
      <dl className="kvl hdrs">{items}</dl>
      {count > HEADERS_SHOWN && <p className="t2 sz">{grouped(count - HEADERS_SHOWN)} more: see the Headers tab</p>}
    </>
  )
}

function countKeys(headers: readonly RecordHeader[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { key } of headers) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function HeaderValue({ value }: { value: Uint8Array | null }) {
  if (value === null) return <Badge tone="line">null</Badge>
  if (value.length === 0) return <Badge tone="line">empty</Badge>
  const shown = value.subarray(0, 512)
  if (decode(shown, 'auto').decoded.is === 'bytes') {
    return (
      <>
        <Badge tone="line">bytes</Badge> {toHex(value.subarray(0, 8), ' ')}
        {value.length > 8 && (
          <>
            {' … '}
            <span className="t2">{grouped(value.length)} B</span>
          </>
        )}
      </>
    )
  }
  return (
    <span className="ss">
      <LineBytes bytes={shown} />
    </span>
  )
}

function HeadersPane({ headers, count }: { headers: readonly RecordHeader[]; count: number }) {
  if (count === 0) return <p className="empty">No headers.</p>
  return (
    <div className="pane hdrpane">
      <dl className="kvl hdrs">
        {headers.map((header, index) => (
          <div key={`${header.key} ${String(index)}`} className="pair">
            <dt title={header.key}>
              <span className="t3">{index}</span>{' '}
              {header.key === '' ? <Badge tone="line">empty key</Badge> : <LineText text={header.key} />}
            </dt>
            <dd>
              <HeaderValue value={header.value} /> <span className="t3">{header.value ? `${grouped(header.value.length)} B` : ''}</span>
            </dd>
          </div>
        ))}
      </dl>
      {count > headers.length && <p className="t2">{grouped(count - headers.length)} more are in the log: Show all reads them.</p>}
    </div>
  )
}

function BatchPane({ row }: { row: RecordRow }) {
  const { batch } = row
  const items: FactItem[] = [
    { label: 'Offsets', value: `${grouped(batch.baseOffset)} to ${grouped(batch.lastOffset)}` },
    { label: 'Records', value: `${grouped(batch.records)} of ${grouped(batch.lastOffset - batch.baseOffset + 1n)} offsets` },
    { label: 'Codec', value: batch.codec },
    { label: 'In the log', value: `${grouped(batch.compressedBytes)} B` },
    { label: 'Decompressed', value: `${grouped(batch.uncompressedBytes)} B` },
    { label: 'Producer id', value: batch.producerId < 0n ? 'none: not idempotent' : `${batch.producerId} epoch ${batch.producerEpoch}` },
    { label: 'Base sequence', value: batch.baseSequence < 0 ? 'none' : grouped(batch.baseSequence) },
    { label: 'Transactional', value: batch.transactional ? 'yes' : 'no' },
    { label: 'Format', value: `magic ${batch.magic}` },
  ]
  return (
    <div className="pane hdrpane">
      <KvList items={items} />
    </div>
  )
}

function Peek({ bytes, size }: { bytes: Uint8Array; size: number }) {
  const shown = bytes.subarray(0, PEEK)
  return (
    <div className="peek p2">
      <span className="t2">
        Bytes 0–{shown.length - 1} of {grouped(size)}
      </span>
      <HexPane bytes={shown} label={`First ${shown.length} bytes of the value`} />
    </div>
  )
}
