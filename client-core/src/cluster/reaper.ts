import type { Clock, TimerHandle } from '../clock.js'
import type { BrokerRegistry } from './registry.js'

/** Closes connections that nobody uses. One timer, while there are connections. */
export class Reaper {
  #timer: TimerHandle | undefined
  #stopped = false

  constructor(
    private readonly clock: Clock,
    private readonly idleMs: number,
    private readonly brokers: () => BrokerRegistry,
  ) {}

  /** A connection is being opened. */
  watch(): void {
    if (this.#timer !== undefined || this.#stopped) return
    this.#timer = this.clock.setTimeout(() => {
      this.#timer = undefined
      const { all } = this.brokers()
      for (const broker of all) broker.reap(this.clock.now(), this.idleMs)
      if (all.some(broker => broker.hasConnections)) this.watch()
    }, this.idleMs / 2)
  }

  stop(): void {
    this.#stopped = true
    this.clock.clearTimeout(this.#timer)
  }
}
