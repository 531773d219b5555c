/** The filter of Wire: `api:Fetch broker:2 err:* topic:orders t>50ms size>100kB init:topics -api:Heartbeat`, and words over all of it. */
import { type FieldValue, matches } from '../../filter/match.js'
import { type Filter, parseFilter, type Term } from '../../filter/parse.js'
import type { ConnectionRecord } from './connection-ring.js'
import type { Reading } from './reading.js'
import type { Recorder } from './recorder.js'
import { DONE, FAILED } from './request-ring.js'
import { initiatorText, type Words } from './row.js'

export const wireFields = ['api', 'broker', 'err', 'topic', 'init', 't', 'size', 'parked', 'id'] as const

export interface WireFilter {
  /** Says why a row could not be judged as written; null when all is well. */
  note: string | null
  /** An API was asked for by name: nothing of it is folded. */
  namesApi: boolean
  request(slot: number): boolean
  connection(record: ConnectionRecord): boolean
}

export interface FilterContext {
  recorder: Recorder
  reading: Reading
  words: Words
}

export function wireFilter(text: string, context: FilterContext): WireFilter {
  const parsed = parseFilter(text, wireFields)
  const apis = parsed.terms.filter(term => term.field === 'api')
  const rest: Filter = { ...parsed, terms: parsed.terms.filter(term => term.field !== 'api') }
  const apiPasses = new Map<number, boolean>()
  const passesApi = (apiKey: number): boolean => {
    let passes = apiPasses.get(apiKey)
    if (passes === undefined) apiPasses.set(apiKey, (passes = apis.every(term => isApi(term, context.words.api(apiKey)) !== term.not)))
    return passes
  }
  return {
    note: parsed.notes[0] ?? null,
    namesApi: apis.some(term => !term.not),
    request: slot =>
      passesApi(context.recorder.requests.apiKey[slot]) &&
      (rest.terms.length === 0 || matches(rest, field => requestField(context, slot, field))),
    connection: record =>
      apis.every(term => term.not) && (rest.terms.length === 0 || matches(rest, field => connectionField(record, field))),
  }
}

/** A whole name means that API alone: `api:Fetch` is not OffsetFetch. Several are separated by commas; parts of names need a `*`. */
function isApi(term: Term, name: string): boolean {
  if (term.text === '*') return true
  if (/[*/]/.test(term.source)) return term.test(name)
  return term.text.split(',').some(part => part.toLowerCase() === name.toLowerCase())
}

function requestField({ recorder, reading, words }: FilterContext, slot: number, field: string | null): FieldValue {
  const { requests } = recorder
  switch (field) {
    case 'broker':
      return requests.broker[slot]
    case 'err':
      return errorText(recorder, slot, words)
    case 'topic':
      return reading.subject(slot)?.names ?? null
    case 'init':
      return initiatorText(recorder.labels.text(requests.initiator[slot]))
    case 't':
      return requests.has(slot, DONE) ? requests.latencyMs(slot) : null
    case 'parked':
      return requests.parkedMs[slot]
    case 'size':
      return Math.max(requests.sent[slot], requests.received[slot])
    case 'id':
      return requests.id[slot]
    default: {
      const subject = reading.subject(slot)
      return [
        words.api(requests.apiKey[slot]),
        initiatorText(recorder.labels.text(requests.initiator[slot])),
        errorText(recorder, slot, words) ?? '',
        ...(subject ? [subject.text, ...subject.names] : []),
      ]
    }
  }
}

function errorText({ requests }: Recorder, slot: number, words: Words): string | null {
  if (requests.has(slot, FAILED)) return requests.errorOf(slot)
  return requests.errno[slot] === 0 ? null : words.error(requests.errno[slot])
}

function connectionField(record: ConnectionRecord, field: string | null): FieldValue {
  switch (field) {
    case 'broker':
      return record.broker
    case 'err':
      return record.error || null
    case 't':
      return record.durationMs
    case null:
      return [record.is, record.address, record.purpose, record.error]
    default:
      return null
  }
}
