/**
 * Looks into kept frames when somebody looks at Wire, never when a request passes: error codes of answers and subjects of requests, each once,
 * within a budget of time per pull.
 */
import { errorCodeOf } from './error-codes.js'
import type { Recorder } from './recorder.js'
import { DONE, FAILED, LOOKED, REQUEST_KEPT, RESPONSE_KEPT } from './request-ring.js'
import { type Subject, subjectOf, type TopicNames } from './subject.js'

/** What is needed of the protocol. Both throw for bytes that do not decode. */
export interface FrameReader {
  request(apiKey: number, frame: Uint8Array): unknown
  response(apiKey: number, version: number, frame: Uint8Array): unknown
}

const SUBJECTS = 20_000

export class Reading {
  /** By request id. */
  private readonly subjects = new Map<number, Subject>()
  private next = 0

  constructor(
    private readonly recorder: Recorder,
    private readonly reader: FrameReader,
    private readonly topicNames: TopicNames,
  ) {}

  /** Reads error codes of answers that came since the last time, for at most `budgetMs`; the number of those left. */
  look(budgetMs: number, now: () => number): number {
    const { requests } = this.recorder
    const until = now() + budgetMs
    let left = 0
    let settled = true
    let spent = false
    this.next = Math.max(this.next, requests.first)
    for (let id = this.next; id <= requests.last; id++) {
      const slot = requests.slot(id)
      const state = slot < 0 ? 'nothing' : this.stateOf(slot)
      if (state === 'unread') {
        spent ||= now() >= until
        if (spent) left++
        else this.read(slot)
      }
      // What is in flight will have to be looked at later; everything before it is settled.
      settled &&= state !== 'in flight' && !(state === 'unread' && spent)
      if (settled) this.next = id + 1
    }
    return left
  }

  /** Null when the payload was not kept. */
  subject(slot: number): Subject | null {
    const { requests, frames } = this.recorder
    const id = requests.id[slot]
    const known = this.subjects.get(id)
    if (known) return known
    const frame = requests.has(slot, REQUEST_KEPT) ? frames.get(id, 'request') : undefined
    if (!frame) return null
    const subject = this.readSubject(requests.apiKey[slot], frame)
    this.subjects.set(id, subject)
    if (this.subjects.size > SUBJECTS) for (const old of this.subjects.keys()) if (this.subjects.delete(old)) break
    return subject
  }

  private stateOf(slot: number): 'in flight' | 'unread' | 'nothing' {
    const { requests } = this.recorder
    if (!requests.has(slot, DONE)) return 'in flight'
    return requests.has(slot, RESPONSE_KEPT) && !requests.has(slot, LOOKED | FAILED) ? 'unread' : 'nothing'
  }

  private read(slot: number): void {
    const { requests, frames } = this.recorder
    const frame = frames.get(requests.id[slot], 'response')
    if (!frame) return
    requests.flags[slot] |= LOOKED
    requests.errno[slot] = this.errorCode(requests.apiKey[slot], requests.apiVersion[slot], frame)
    if (requests.errno[slot] !== 0) this.recorder.foundError(slot)
  }

  private errorCode(apiKey: number, version: number, frame: Uint8Array): number {
    try {
      return errorCodeOf(this.reader.response(apiKey, version, frame))
    } catch {
      return 0
    }
  }

  private readSubject(apiKey: number, frame: Uint8Array): Subject {
    try {
      return subjectOf(apiKey, this.reader.request(apiKey, frame), this.topicNames)
    } catch {
      return { text: '', names: [] }
    }
  }
}
