/** One whole record, for the page that shows more of it than a row. */
import { ClientError } from '@milena/client-core'
import type { ReadRecord, RecordRow } from '../protocol.js'
import { ownRow, RowMaker } from '../scan/rows.js'
import type { Asking, SessionClient } from './client.js'
import { EARLIEST, LATEST, listOffsets } from './offsets.js'

/** null: no record has this offset (a marker of the log, a gap, or outside of what the log holds). */
export async function readRecord(
  client: SessionClient,
  { topic, partition, offset, maxBytes }: ReadRecord,
  asking: Asking,
): Promise<RecordRow | null> {
  const place = [{ topic, partitions: [partition] }]
  const [starts, ends] = await Promise.all([
    listOffsets(client, place, EARLIEST, 'read_uncommitted', asking),
    listOffsets(client, place, LATEST, 'read_uncommitted', asking),
  ])
  const [start, end] = [starts, ends].map(table => table.get(topic)?.get(partition))
  if (!start || !end || start.fault || end.fault || offset < start.offset || offset >= end.offset) return null
  const signal = asking.signal ?? new AbortController().signal
  const openReader = await client.reading()
  const reader = openReader({ isolation: 'read_uncommitted', initiator: asking.initiator ?? 'messages', follow: false })
  try {
    reader.start([{ topic, partition, offset }])
    for (;;) {
      for (const { records, next, fault } of await reader.next(signal)) {
        if (fault) throw new ClientError('CORRUPT_BATCH', fault.message)
        for (const record of records) {
          if (record.offset > offset) return null
          if (record.offset === offset) return whole(record, maxBytes)
        }
        if (next > offset) return null
      }
    }
  } finally {
    reader.close()
  }
}

function whole(record: Parameters<RowMaker['view']>[0], maxBytes: number): RecordRow {
  const row = new RowMaker().view(record, Number.POSITIVE_INFINITY)
  const size =
    Math.max(0, row.keySize) + Math.max(0, row.valueSize) + record.headers.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0)
  if (size > maxBytes) throw new ClientError('FRAME_TOO_LARGE', `the record has ${size} bytes; ${maxBytes} are shown at most`)
  return ownRow({ ...row, headers: record.headers.map(({ key, value }) => ({ key, value })) })
}
