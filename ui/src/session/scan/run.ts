/** One scan of the page, from its bounds to its end. What was found stays found, however it ends. */
import type { Asker } from '../kafka/client.js'
import { clientFault, faultFrom } from '../kafka/faults.js'
import type { Fault, ScanEvent, ScanParams, ScanPartition, ScanProgress } from '../protocol.js'
import type { StreamContext } from '../serve-port.js'
import { scanBackwards } from './backwards.js'
import { boundsOf } from './bounds.js'
import { scanForwards } from './forwards.js'
import { followLive } from './live.js'
import { Looker } from './look.js'
import { Outbox } from './outbox.js'
import type { OpenReader, Reader } from './reader.js'

export interface ScanEnvironment {
  client: Asker
  openReader: OpenReader
  /** Who asks, for Wire. */
  initiator: string
  now(): number
  sleep(ms: number): Promise<void>
}

export type EndReason = Extract<ScanEvent, { is: 'ended' }>['reason']
export type Position = Extract<ScanEvent, { is: 'ended' }>['next'][number]

/** What a strategy works with. */
export interface Scan {
  params: ScanParams
  lanes: ScanPartition[]
  reader: Reader
  outbox: Outbox
  looker: Looker
  /** Aborts on stop, and when the page lets go. */
  stop: AbortSignal
}

/** Why it ended by itself, and where it would go on. */
export interface Outcome {
  reason: 'limit' | 'end'
  next: Position[]
}

/** A way to read; `next` must also be right when `run` was cut short. */
export interface Strategy {
  run(): Promise<'limit' | 'end'>
  /** Gives out what still waits and says where a later scan goes on. */
  finish(): Position[]
}

export async function runScan(params: ScanParams, context: StreamContext<'scan'>, env: ScanEnvironment): Promise<void> {
  const started = env.now()
  const stop = new AbortController()
  context.signal.addEventListener('abort', () => stop.abort())
  const follow = params.follow || params.from.at === 'live'
  const looker = new Looker(params, () => env.sleep(0), env.now)
  let lanes: ScanPartition[] = []
  let reader: Reader | null = null
  const progress = (): ScanProgress => ({
    ...looker.counted,
    matched: outbox.shown + outbox.dropped + outbox.size,
    shown: outbox.shown,
    dropped: outbox.dropped,
    bytes: reader?.bytes ?? 0,
    elapsedMs: env.now() - started,
    partitions: lanes.map(lane => ({ ...lane })),
  })
  const outbox = new Outbox(context, { live: follow, progress, sleep: env.sleep })
  context.onCommand = command => {
    if (command === 'stop') stop.abort()
    else outbox.setPaused(command === 'pause')
  }
  const sending = outbox.run()
  let reason: EndReason = 'stopped'
  let fault: Fault | null = null
  let strategy: Strategy | null = null
  try {
    lanes = await boundsOf(env.client, params, { signal: stop.signal, initiator: env.initiator }, env.now)
    fault = failureOf(lanes)
    if (fault) reason = 'failed'
    else {
      reader = env.openReader({ isolation: params.isolation, initiator: env.initiator, follow })
      outbox.add([])
      strategy = strategyFor({ params, lanes, reader, outbox, looker, stop: stop.signal }, follow)
      reason = await strategy.run()
    }
  } catch (error) {
    if (!stop.signal.aborted) {
      reason = 'failed'
      fault = faultFrom(error, 'Scan stopped')
    }
  } finally {
    reader?.close()
  }
  const next = strategy?.finish() ?? []
  outbox.finish()
  await sending
  if (!context.signal.aborted) context.send({ is: 'ended', reason, progress: progress(), fault, next })
}

function strategyFor(scan: Scan, follow: boolean): Strategy {
  if (follow) return followLive(scan)
  return scan.params.from.at === 'newest' ? scanBackwards(scan) : scanForwards(scan)
}

/** Nothing can be read at all: the scan has failed. Some partitions that cannot be read leave the others. */
function failureOf(lanes: readonly ScanPartition[]): Fault | null {
  if (lanes.length === 0)
    return clientFault('Nothing to scan', 'NO_PARTITIONS', 'no partition was chosen', 'Choose at least one partition.')
  return lanes.every(lane => lane.fault) ? lanes[0].fault : null
}
