/** Wire's and Metrics' methods for one page. */
import { figuresOf } from '../recorder/figures.js'
import type { CallHandlers, StreamContext, StreamHandlersOf } from '../serve-port.js'
import type { StatusFigures, WireCalls, WireStreams } from '../wire-protocol.js'
import type { Host } from './host.js'
import type { WirePage } from './wire-room.js'

const FIGURES_MS = 500
const SLICE_MS = 1_000

/** What of the host is used here. */
export type WireHandlersHost = Pick<Host, 'recorder' | 'now' | 'buffers' | 'isVisible' | 'sleep' | 'wireRoom'>

type Handlers = { calls: Pick<CallHandlers, keyof WireCalls>; streams: Pick<StreamHandlersOf, keyof WireStreams> }

export function wireHandlers(host: WireHandlersHost, page: number): Handlers {
  const { recorder, now } = host
  let opened: Promise<WirePage> | null = null
  const open = (): Promise<WirePage> => (opened ??= host.wireRoom().then(room => room.page(page)))
  let metricsAsked = ''
  let metricsAt = 0
  return {
    calls: {
      'wire.clear': async () => {
        recorder.clear()
        return null
      },
      'wire.opened': async () => {
        recorder.keepFrames = true
        return null
      },
      'wire.record': async ({ on }) => {
        recorder.recording = on
        recorder.version++
        return null
      },
      'wire.pull': async params => (await open()).view.pull(params),
      'wire.inspect': async ({ id }) => (await open()).inspector.inspect(id),
      'wire.fields': async params => (await open()).inspector.fields(params),
      'wire.fieldAt': async ({ id, side, offset }) => (await open()).inspector.fieldAt(id, side, offset),
      'wire.json': async ({ id, side }) => (await open()).inspector.json(id, side),
      'wire.nextError': async ({ query, after, backwards }) => (await open()).view.nextError(query, after, backwards),
      'metrics.pull': async ({ range, broker, since }) => {
        const asked = `${range} ${broker}`
        // Time moves the slices although nothing happens: once a second there is always something to draw.
        const same = asked === metricsAsked && since === recorder.version && now() - metricsAt < SLICE_MS
        if (same && since >= 0) return null
        metricsAsked = asked
        metricsAt = now()
        return (await host.wireRoom()).metrics({ now: metricsAt, range, broker })
      },
    },
    streams: {
      'wire.figures': (_, context) => sendFigures(host, page, context),
    },
  }
}

/** At most twice a second, only what changed, nothing to a hidden page. */
async function sendFigures(host: WireHandlersHost, page: number, context: StreamContext<'wire.figures'>): Promise<void> {
  let last = ''
  while (!context.signal.aborted) {
    if (host.isVisible(page)) {
      const figures: StatusFigures = figuresOf(host.recorder, host.now(), host.buffers())
      const text = JSON.stringify(figures)
      if (text !== last) {
        try {
          await context.ready()
        } catch {
          return
        }
        context.send(figures)
        last = text
      }
    }
    await host.sleep(FIGURES_MS)
  }
}
