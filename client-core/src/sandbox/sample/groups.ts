import type { GroupControl, OffsetsByPartition } from '../control/group-control.js'
import type { Sandbox } from '../sandbox.js'

/** Offsets this many records before the end of each partition, or at its start where there are fewer. */
function behind(sandbox: Sandbox, topic: string, records: bigint): OffsetsByPartition {
  const offsets = new Map<number, bigint>()
  for (let partition = 0; partition < sandbox.partitionCount(topic); partition++) {
    const { start, end } = sandbox.offsets(topic, partition)
    offsets.set(partition, end - records)
    if (end - records < start) offsets.set(partition, start)
  }
  return new Map([[topic, offsets]])
}

/** Consumer groups of every kind that a list of groups has to show. Returns what stops them. */
export function sampleGroups(sandbox: Sandbox): () => void {
  const fulfilment = orderFulfilment(sandbox)
  const groups = [fulfilment, sessions(sandbox), projector(sandbox), archiver(sandbox), alerts(sandbox)]
  sandbox.group('billing-export', { offsets: behind(sandbox, 'payments.captures', 120n) })
  sandbox.group('legacy-reporting', { offsets: behind(sandbox, 'orders.events', 1_000_000n) })
  sandbox.group('orders-dlq-replay', { offsets: behind(sandbox, 'orders.dlq', 50n) })
  const stopRebalancing = rebalanceNowAndThen(sandbox, fulfilment)
  return () => {
    stopRebalancing()
    for (const group of groups) group.stop()
  }
}

/** Some thousand records behind at first, quicker than what comes: it catches up. */
function orderFulfilment(sandbox: Sandbox): GroupControl {
  const members = ['a', 'b', 'c'].map((name, i) => ({ clientId: `fulfilment-${name}`, clientHost: `/10.4.1.${11 + i}` }))
  const group = sandbox.group('order-fulfilment', {
    members,
    topics: ['orders.events', 'payments.captures'],
    protocol: 'cooperative-sticky',
  })
  group.commit(behind(sandbox, 'orders.events', 250n), 'fulfilment 4.12.0')
  group.commit(behind(sandbox, 'payments.captures', 40n), 'fulfilment 4.12.0')
  group.consume({ perSecond: 12 })
  return group
}

/** The consumer protocol of KIP-848, a breath behind. */
function sessions(sandbox: Sandbox): GroupControl {
  const members = Array.from({ length: 4 }, (_, i) => ({
    clientId: `sessions-${i}`,
    clientHost: `/10.4.2.${20 + i}`,
    rackId: `zone-${'abc'[i % 3]}`,
  }))
  const group = sandbox.group('clickstream-sessions', { type: 'consumer', members, topics: ['clickstream.pageviews'] })
  group.commit(behind(sandbox, 'clickstream.pageviews', 30n))
  group.consume({ perSecond: 40, keepBehind: 3n })
  return group
}

/** Reads a compacted topic that is still: no lag at all. */
function projector(sandbox: Sandbox): GroupControl {
  const group = sandbox.group('inventory-projector', {
    members: [{ clientId: 'projector', instanceId: 'projector-0' }],
    topics: ['inventory.levels'],
  })
  group.commit(behind(sandbox, 'inventory.levels', 0n))
  return group
}

/** Too slow for what comes: its lag rises. */
function archiver(sandbox: Sandbox): GroupControl {
  const group = sandbox.group('audit-archiver', { members: [{ clientId: 'archiver' }], topics: ['audit.log'] })
  group.commit(behind(sandbox, 'audit.log', 15n))
  group.consume({ perSecond: 0.25 })
  return group
}

/** Has joined and not committed everywhere yet. */
function alerts(sandbox: Sandbox): GroupControl {
  const members = [{ clientId: 'alerts-1' }, { clientId: 'alerts-2' }]
  const { end } = sandbox.offsets('device.telemetry', 0)
  return sandbox.group('device-alerts', { members, topics: ['device.telemetry'], offsets: { 'device.telemetry': { 0: end } } })
}

const STEADY_MS = 90_000
const REBALANCE_MS = 3_000

/** Now and then a member comes or goes: for some seconds nothing is committed. */
function rebalanceNowAndThen(sandbox: Sandbox, group: GroupControl): () => void {
  const { clock } = sandbox
  const begin = () => {
    group.state = 'PreparingRebalance'
    timer = clock.setTimeout(end, REBALANCE_MS)
  }
  const end = () => {
    group.state = 'Stable'
    timer = clock.setTimeout(begin, STEADY_MS)
  }
  let timer = clock.setTimeout(begin, STEADY_MS)
  return () => clock.clearTimeout(timer)
}
