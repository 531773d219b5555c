import type { TimerHandle } from '../clock.js'
import type { Codec } from '../compression/codec.js'
import { Random } from '../random.js'
import { sampleGroups } from './sample/groups.js'
import { auditLog, catalogExport, pageviews, telemetry } from './sample/machines.js'
import { ordersDlq, ordersEvents } from './sample/orders.js'
import { customersProfiles, inventoryLevels, paymentsCaptures } from './sample/shop.js'
import type { Source } from './sample/source.js'
import { SampleWriter } from './sample/writer.js'
import type { Sandbox } from './sandbox.js'
import type { CodecLoader } from './state/codecs.js'

export interface SampleOptions {
  /** The same seed gives the same data, times apart. Default 1. */
  seed?: number
  /** Codecs to write with (`codec` of the compression package). Without it all batches are uncompressed. */
  codec?: CodecLoader
  /** Whether records go on coming and groups go on reading. Default true. */
  live?: boolean
}

const sources: readonly Source[] = [
  ordersEvents,
  ordersDlq,
  paymentsCaptures,
  inventoryLevels,
  customersProfiles,
  pageviews,
  auditLog,
  telemetry,
  catalogExport,
]
const TICK_MS = 500
const HOUR_MS = 3_600_000

/**
 * Fills the sandbox with the topics and groups of a shop: JSON with numbers beyond 2^53, text, binary, tombstones, empty values, headers, all codecs,
 * transactions, gaps, a large record, an empty topic; then keeps a slow feed going. About 48,000 records and 10 MB, bounded by retention. Returns
 * what stops the feed.
 */
export async function fillWithSampleData(sandbox: Sandbox, { seed = 1, codec, live = true }: SampleOptions = {}): Promise<() => void> {
  const writers: [Source, SampleWriter][] = []
  for (const [i, source] of sources.entries()) {
    sandbox.createTopic(source.name, source.topic)
    const writer = new SampleWriter(sandbox, source, new Random(seed * 1000 + i), await load(source, codec))
    writeHistory(source, writer, sandbox.clock.now())
    for (const [name, value] of Object.entries(source.later ?? {})) sandbox.setTopicConfig(source.name, name, value)
    writers.push([source, writer])
  }
  sandbox.createTopic('orders.commands', { partitions: 6, configs: { 'retention.ms': '604800000' } })
  const stopGroups = sampleGroups(sandbox)
  if (!live) {
    stopGroups()
    return () => {}
  }
  const stopFeed = feed(sandbox, writers, new Random(seed))
  return () => {
    stopFeed()
    stopGroups()
  }
}

async function load({ codec: name }: Source, codec: CodecLoader | undefined): Promise<Codec | undefined> {
  return name && codec ? await codec(name) : undefined
}

function writeHistory({ history, hours }: Source, writer: SampleWriter, nowMs: number): void {
  const everyMs = (hours * HOUR_MS) / Math.max(history, 1)
  for (let i = history; i > 0; i--) writer.write(nowMs - i * everyMs)
  writer.flush()
}

/** A tick twice a second; each source gives its share, now less, now more. */
function feed(sandbox: Sandbox, writers: readonly [Source, SampleWriter][], random: Random): () => void {
  const { clock } = sandbox
  const due = writers.map(() => 0)
  let timer: TimerHandle
  const tick = () => {
    writers.forEach(([{ perSecond }, writer], i) => {
      due[i] += (perSecond * TICK_MS * (0.4 + 1.2 * random.next())) / 1000
      for (; due[i] >= 1; due[i]--) writer.write(clock.now())
      writer.flush()
    })
    timer = clock.setTimeout(tick, TICK_MS)
  }
  timer = clock.setTimeout(tick, TICK_MS)
  return () => clock.clearTimeout(timer)
}
