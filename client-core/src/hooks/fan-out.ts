import type { BrokerMetadata, Hooks } from './hooks.js'
import type { Logger } from './logger.js'

export const hookNames = [
  'onNewClient',
  'onClientClosed',
  'onBrokerConnect',
  'onBrokerDisconnect',
  'onBrokerWrite',
  'onBrokerRead',
  'onBrokerE2E',
  'onBrokerThrottle',
  'onProduceBatchWritten',
  'onFetchBatchRead',
  'onProduceRecordBuffered',
  'onProduceRecordPartitioned',
  'onProduceRecordUnbuffered',
  'onFetchRecordBuffered',
  'onFetchRecordUnbuffered',
] as const satisfies readonly (keyof Hooks)[]

/** One `Hooks` for many. A method exists only where somebody listens: the caller checks for it before it builds an event. */
export function fanOut(all: readonly Hooks[], logger: Logger): Hooks {
  const out: Record<string, (event: never) => void> = {}
  for (const name of hookNames) {
    const listeners = all.filter(h => typeof h[name] === 'function')
    if (listeners.length === 0) continue
    out[name] = event => {
      for (const listener of listeners) {
        try {
          listener[name]?.(event)
        } catch (error) {
          const { broker, apiKey } = event as { broker?: BrokerMetadata; apiKey?: number }
          logger.log('error', `a hook threw: ${name}`, { broker: broker?.nodeId, api: apiKey, error })
        }
      }
    }
  }
  return out
}
