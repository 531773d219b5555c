/** Rows of the rings as the page shows them: made for the few that are on screen. */
import type { ConnectionRow, RequestRow, RowStatus } from '../wire-protocol.js'
import { familyOf } from './api-family.js'
import type { ConnectionRecord } from './connection-ring.js'
import type { Reading } from './reading.js'
import type { Recorder } from './recorder.js'
import { CANCELLED, DONE, FAILED, LOOKED, SILENT, SLOW } from './request-ring.js'

/** Names of the protocol. */
export interface Words {
  api(apiKey: number): string
  error(errno: number): string
}

/** The initiator as the client reports it: the view that asked, and behind a tab the number of the page (`origin.ts`). */
export const initiatorText = (label: string): string => label.split('\t', 1)[0]

export function statusOf(recorder: Recorder, slot: number, words: Words): RowStatus {
  const { requests } = recorder
  if (requests.has(slot, FAILED)) return { is: 'failed', words: requests.errorOf(slot) }
  if (requests.has(slot, CANCELLED)) return { is: 'cancelled' }
  if (requests.has(slot, SILENT)) return { is: 'no response' }
  if (!requests.has(slot, DONE)) return { is: 'in flight', mayPark: requests.parkMs[slot] > 0 }
  const errno = requests.errno[slot]
  if (errno !== 0) return { is: 'kafka', code: words.error(errno), errno }
  return requests.has(slot, LOOKED) ? { is: 'ok' } : { is: 'answered' }
}

export function requestRow(recorder: Recorder, reading: Reading, slot: number, words: Words): RequestRow {
  const { requests } = recorder
  const done = requests.has(slot, DONE)
  return {
    is: 'request',
    id: requests.id[slot],
    startedAt: requests.startedAt[slot],
    apiKey: requests.apiKey[slot],
    api: words.api(requests.apiKey[slot]),
    version: requests.apiVersion[slot],
    family: familyOf(requests.apiKey[slot]),
    broker: requests.broker[slot],
    about: reading.subject(slot)?.text ?? null,
    initiator: initiatorText(recorder.labels.text(requests.initiator[slot])),
    status: statusOf(recorder, slot, words),
    slow: requests.has(slot, SLOW),
    throttleMs: requests.throttleMs[slot],
    sent: requests.sent[slot],
    received: requests.received[slot],
    queueMs: requests.queueMs[slot],
    writeMs: requests.writeMs[slot],
    waitMs: requests.waitMs[slot],
    readMs: requests.readMs[slot],
    parkedMs: done ? requests.parkedMs[slot] : 0,
    totalMs: done ? requests.durationMs(slot) : null,
    attempt: requests.attempt[slot],
    retryOf: requests.retryOf[slot] >= 0 ? requests.retryOf[slot] : null,
    connection: requests.connection[slot],
    correlation: requests.correlation[slot],
  }
}

/** Connection events have the negative ids -1, -2 ... in the order they came. */
export const connectionRowId = (sequence: number): number => -1 - sequence

export function connectionRow(record: ConnectionRecord): ConnectionRow {
  return {
    is: record.is,
    id: connectionRowId(record.sequence),
    startedAt: record.at,
    broker: record.broker,
    address: record.address,
    connection: record.connectionId,
    purpose: record.purpose,
    totalMs: record.durationMs,
    dialMs: record.dialMs,
    error: record.error,
  }
}
