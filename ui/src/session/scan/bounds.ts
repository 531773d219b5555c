/** Where each partition of a scan begins and ends, asked of the cluster when the scan starts. */

import { earlierOf, laterOf } from '../kafka/bigints.js'
import type { Asker, Asking } from '../kafka/client.js'
import { clientFault } from '../kafka/faults.js'
import { EARLIEST, LATEST, listOffsets, type OffsetTable, type TopicPartitions } from '../kafka/offsets.js'
import { listTopics } from '../kafka/topics.js'
import type { Fault, ScanParams, ScanPartition } from '../protocol.js'

/** The partitions of a scan with `from` and `end` set. One that could not be asked is done, with its fault. */
export async function boundsOf(client: Asker, params: ScanParams, options: Asking, now: () => number): Promise<ScanPartition[]> {
  const topics = await chosen(client, params, options, now)
  const found = topics.flatMap(topic => topic.faults)
  const wanted = topics.filter(({ partitions }) => partitions.length > 0)
  const { from, isolation } = params
  const [starts, ends, times] = await Promise.all([
    listOffsets(client, wanted, EARLIEST, isolation, options),
    listOffsets(client, wanted, LATEST, isolation, options),
    from.at === 'time' ? listOffsets(client, wanted, from.timestamp, isolation, options) : null,
  ])
  const open = wanted.flatMap(({ topic, partitions }) =>
    partitions.map(partition => bound(params, { topic, partition }, { starts, ends, times })),
  )
  return [...found, ...open]
}

interface Chosen extends TopicPartitions {
  faults: ScanPartition[]
}

/** Partitions that were named, or all of them; those to go on with when the scan continues. */
async function chosen(client: Asker, { topics, from }: ScanParams, options: Asking, now: () => number): Promise<Chosen[]> {
  if (from.at === 'positions') {
    const wanted = new Map<string, number[]>()
    for (const { topic, partition } of from.positions) wanted.set(topic, [...(wanted.get(topic) ?? []), partition])
    return [...wanted].map(([topic, partitions]) => ({ topic, partitions, faults: [] }))
  }
  const open = topics.filter(({ partitions }) => partitions === null).map(({ topic }) => topic)
  const known = open.length > 0 ? (await listTopics(client, open, options, now)).topics : []
  return topics.map(({ topic, partitions }) => {
    if (partitions) return { topic, partitions, faults: [] }
    const info = known.find(({ name }) => name === topic)
    const fault =
      info?.fault ?? (info ? null : clientFault('Topic not read', 'UNKNOWN_TOPIC_OR_PARTITION', `${topic} is not known to the cluster`))
    return {
      topic,
      partitions: info?.partitions.map(p => p.partition) ?? [],
      faults: fault ? [failed({ topic, partition: -1 }, fault)] : [],
    }
  })
}

interface Tables {
  starts: OffsetTable
  ends: OffsetTable
  times: OffsetTable | null
}

const failed = (place: { topic: string; partition: number }, fault: Fault): ScanPartition => ({
  ...place,
  from: 0n,
  end: 0n,
  at: 0n,
  done: true,
  fault,
})

function bound(params: ScanParams, place: { topic: string; partition: number }, { starts, ends, times }: Tables): ScanPartition {
  const [start, end, time] = [starts, ends, times].map(table => table?.get(place.topic)?.get(place.partition))
  const fault = start?.fault ?? end?.fault ?? time?.fault
  if (fault || !start || !end)
    return failed(
      place,
      fault ?? clientFault('Partition not read', 'UNKNOWN_TOPIC_OR_PARTITION', `no broker answered for partition ${place.partition}`),
    )
  const from = clamp(startOf(params, place, time?.offset ?? -1n, start.offset, end.offset), start.offset, end.offset)
  const backwards = params.from.at === 'newest'
  const done = !params.follow && from >= end.offset
  return { ...place, from, end: end.offset, at: backwards ? end.offset : from, done, fault: null }
}

function startOf(
  { from }: ScanParams,
  { topic, partition }: { topic: string; partition: number },
  atTime: bigint,
  start: bigint,
  end: bigint,
): bigint {
  switch (from.at) {
    case 'newest':
    case 'oldest':
      return start
    case 'offset':
      return from.offset
    case 'time':
      // No record at or after that time.
      return atTime < 0n ? end : atTime
    case 'live':
      return end
    case 'positions':
      return from.positions.find(one => one.topic === topic && one.partition === partition)?.offset ?? end
  }
}

const clamp = (value: bigint, least: bigint, most: bigint) => earlierOf(laterOf(value, least), most)
