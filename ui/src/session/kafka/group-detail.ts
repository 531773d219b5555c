/** Everything of one group: members, assignment, and lag per partition. Parts that fail leave the rest standing. */
import type { BrokerMetadata } from '@milena/client-core'
import type { Fault, GroupDetail, GroupPartition } from '../protocol.js'
import type { Asker, Asking } from './client.js'
import { type Committed, committedOffsets } from './group-commits.js'
import { type Described, describeGroups } from './group-describe.js'
import type { TypeOf } from './groups.js'
import { EARLIEST, LATEST, listOffsets, type OffsetTable } from './offsets.js'

export interface DetailContext {
  client: Asker
  typeOf: TypeOf
  brokerOf(nodeId: number): BrokerMetadata | undefined
  now(): number
}

export async function groupDetail({ client, typeOf, brokerOf, now }: DetailContext, group: string, options: Asking): Promise<GroupDetail> {
  const [described, commits] = await Promise.all([
    describeGroups(client, [group], typeOf, options),
    committedOffsets(client, [group], options),
  ])
  const about = described.get(group)
  const committed = commits.get(group)
  const rows = rowsOf(about, committed?.offsets ?? [])
  const [starts, ends] = await offsetsOf(client, rows, options)
  const partitions = rows.map(row => withOffsets(row, starts, ends))
  const broker = about?.coordinator == null ? undefined : brokerOf(about.coordinator)
  const lags = partitions.flatMap(({ lag }) => (lag === null ? [] : [lag > 0n ? lag : 0n]))
  return {
    group,
    state: about?.state ?? 'Unknown',
    type: about?.type || (typeOf(group) ?? 'classic'),
    protocolType: about?.protocolType ?? '',
    protocol: about?.protocol ?? null,
    generation: about?.generation ?? null,
    coordinator: broker ? { nodeId: broker.nodeId, host: broker.host, port: broker.port } : null,
    members: about?.members ?? [],
    partitions,
    lag: lags.length > 0 ? lags.reduce((sum, lag) => sum + lag, 0n) : null,
    withoutCommit: partitions.filter(({ committed, fault }) => committed === null && !fault).length,
    faults: [about?.fault, committed?.fault].filter((fault): fault is Fault => fault != null),
    at: now(),
  }
}

interface Row extends Committed {
  memberId: string | null
}

const keyOf = (topic: string, partition: number) => `${partition} ${topic}`

/** Partitions with a commit, and partitions that a member reads without one. */
function rowsOf(about: Described | undefined, offsets: readonly Committed[]): Row[] {
  const readers = new Map<string, string>()
  const rows = new Map<string, Row>()
  for (const { memberId, assignment } of about?.members ?? []) {
    for (const { topic, partitions } of assignment) {
      for (const partition of partitions) {
        readers.set(keyOf(topic, partition), memberId)
        rows.set(keyOf(topic, partition), { topic, partition, memberId, offset: null, epoch: null, metadata: null, fault: null })
      }
    }
  }
  for (const one of offsets) {
    const key = keyOf(one.topic, one.partition)
    rows.set(key, { ...one, memberId: readers.get(key) ?? null })
  }
  return [...rows.values()].sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
}

function offsetsOf(client: Asker, rows: readonly Row[], options: Asking): Promise<[OffsetTable, OffsetTable]> {
  const wanted = new Map<string, number[]>()
  for (const { topic, partition } of rows) wanted.set(topic, [...(wanted.get(topic) ?? []), partition])
  const topics = [...wanted].map(([topic, partitions]) => ({ topic, partitions }))
  return Promise.all([
    listOffsets(client, topics, EARLIEST, 'read_uncommitted', options),
    listOffsets(client, topics, LATEST, 'read_uncommitted', options),
  ])
}

function withOffsets(row: Row, starts: OffsetTable, ends: OffsetTable): GroupPartition {
  const start = starts.get(row.topic)?.get(row.partition)
  const end = ends.get(row.topic)?.get(row.partition)
  const endOffset = end && !end.fault ? end.offset : null
  return {
    topic: row.topic,
    partition: row.partition,
    memberId: row.memberId,
    committed: row.offset,
    committedEpoch: row.epoch,
    metadata: row.metadata,
    earliest: start && !start.fault ? start.offset : null,
    end: endOffset,
    lag: row.offset === null || endOffset === null ? null : endOffset - row.offset,
    fault: row.fault ?? end?.fault ?? start?.fault ?? null,
  }
}
