/** The steps to the cluster as a person reads them, from the bridge to each broker. Pure: events in, steps out. */
import type { BrokerConnectEvent } from '@milena/client-core'
import { faultFrom } from '../kafka/faults.js'
import type { BrokerStatus, ConnectStep, Fault } from '../protocol.js'

export type StepName = 'Bridge' | 'Broker' | 'Kafka' | 'Metadata' | 'Brokers'

export const startingSteps = (bridge: string): ConnectStep[] => [
  step('Bridge', bridge, 'running'),
  step('Broker', '', 'waiting'),
  step('Kafka', '', 'waiting'),
  step('Metadata', '', 'waiting'),
  step('Brokers', '', 'waiting'),
]

const step = (name: StepName, target: string, state: ConnectStep['state']): ConnectStep => ({
  name,
  target,
  state,
  note: '',
  durationMs: null,
  fault: null,
})

export function withStep(steps: readonly ConnectStep[], name: StepName, change: Partial<ConnectStep>): ConnectStep[] {
  return steps.map(one => (one.name === name ? { ...one, ...change } : one))
}

/** The dial to a seed, split into its two parts: the TCP connection through the bridge, and the first words in Kafka's protocol. */
export function afterSeedDial(steps: readonly ConnectStep[], { broker, dialMs, durationMs, error }: BrokerConnectEvent): ConnectStep[] {
  const target = `${broker.host}:${broker.port}`
  const fault = error ? faultFrom(error, 'Broker not reached') : null
  const dialled = !error || durationMs - dialMs > 1
  if (!dialled) return withStep(steps, 'Broker', { target, state: 'failed', durationMs: dialMs, fault, note: '' })
  const reached = withStep(steps, 'Broker', {
    target,
    state: 'done',
    durationMs: dialMs,
    note: 'connected through the bridge',
    fault: null,
  })
  const kafka: Partial<ConnectStep> = fault
    ? { target, state: 'failed', durationMs: durationMs - dialMs, fault }
    : { target, state: 'done', durationMs: durationMs - dialMs, note: 'speaks Kafka', fault: null }
  return withStep(reached, 'Kafka', kafka)
}

/** What became of the brokers that Metadata named. */
export function afterBrokers(steps: readonly ConnectStep[], brokers: readonly BrokerStatus[]): ConnectStep[] {
  const up = brokers.filter(({ state }) => state === 'up').length
  const lost = brokers.filter(({ state }) => state === 'unreachable')
  const open = brokers.length - up - lost.length
  const note = `${up} of ${brokers.length} answer`
  const target = brokers.map(({ nodeId }) => nodeId).join(', ')
  const fault: Fault | null = lost[0]?.fault ?? null
  return withStep(steps, 'Brokers', { target, note, fault, state: lost.length > 0 ? 'failed' : open > 0 ? 'running' : 'done' })
}
