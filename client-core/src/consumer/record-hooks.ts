import type { Hooks } from '../hooks/hooks.js'
import type { KafkaRecord } from '../records/record.js'
import type { RecordList } from './fetches.js'

/** Tells hooks of single fetched records, soon: a hook that moves a partition must not find the consumer in the middle of its work. */
export class FetchRecordHooks {
  private constructor(private readonly hooks: Hooks) {}

  /** Undefined when nobody listens: then no record is looked at before it is polled. */
  static of(hooks: Hooks): FetchRecordHooks | undefined {
    return hooks.onFetchRecordBuffered || hooks.onFetchRecordUnbuffered ? new FetchRecordHooks(hooks) : undefined
  }

  buffered(records: RecordList): void {
    const tell = this.hooks.onFetchRecordBuffered
    if (tell) later(records, record => tell({ record }))
  }

  unbuffered(records: RecordList, polled: boolean): void {
    const tell = this.hooks.onFetchRecordUnbuffered
    if (tell) later(records, record => tell({ record, polled }))
  }
}

function later(records: RecordList, fn: (record: KafkaRecord) => void): void {
  if (records.length > 0) queueMicrotask(() => records.forEach(fn))
}
