/**
 * The part of the session that looks into frames and counts rows: loaded when somebody first opens Wire or Metrics, since it brings the tables of
 * every API.
 */
import { Inspector } from '../inspector/inspector.js'
import { kafkaFrames, kafkaWords } from '../recorder/kafka-frames.js'
import { type MetricsContext, metricsOf } from '../recorder/metrics.js'
import { Reading } from '../recorder/reading.js'
import { WireView } from '../recorder/view.js'
import type { MetricsSnapshot } from '../wire-protocol.js'
import type { Host } from './host.js'
import { isFrom } from './origin.js'

/** What of the host is used here. */
export type WireHost = Pick<Host, 'recorder' | 'now' | 'topicName' | 'brokerAddress' | 'buffers'>

export interface WirePage {
  view: WireView
  inspector: Inspector
}

export class WireRoom {
  readonly reading: Reading

  constructor(private readonly host: WireHost) {
    this.reading = new Reading(host.recorder, kafkaFrames, host.topicName)
  }

  page(page: number): WirePage {
    const { recorder, now, topicName, brokerAddress } = this.host
    const shared = { recorder, reading: this.reading, words: kafkaWords, now }
    return {
      view: new WireView({ ...shared, isMine: (label, views) => isFrom(label, page, views) }),
      inspector: new Inspector({ ...shared, topicName, brokerAddress }),
    }
  }

  metrics(context: Omit<MetricsContext, 'api' | 'buffers'>): MetricsSnapshot {
    return metricsOf(this.host.recorder, { ...context, api: kafkaWords.api, buffers: this.host.buffers() })
  }
}
