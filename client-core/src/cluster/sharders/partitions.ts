import type { DeleteRecordsRequest, DeleteRecordsResponse } from '../../protocol/api/delete-records.js'
import type { DescribeProducersRequest, DescribeProducersResponse } from '../../protocol/api/describe-producers.js'
import type { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from '../../protocol/api/write-txn-markers.js'
import { byLeader, byTopic, type Entry, keyOf, leaderSharder, led, mergeTopics, notLed, reload } from './leaders.js'
import { cut, type Sharder } from './sharder.js'

export const deleteRecords: Sharder<DeleteRecordsRequest, DeleteRecordsResponse> = leaderSharder(
  body => body.topics.flatMap(t => t.partitions.map(value => ({ topic: t.name, partition: value.partitionIndex, value }))),
  (body, entries) => ({ ...body, topics: byTopic(entries, (name, partitions) => ({ name, partitions })) }),
  topic => topic.name,
)

export const describeProducers: Sharder<DescribeProducersRequest, DescribeProducersResponse> = leaderSharder(
  body => body.topics.flatMap(t => t.partitionIndexes.map(value => ({ topic: t.name, partition: value, value }))),
  (_, entries) => ({ topics: byTopic(entries, (name, partitionIndexes) => ({ name, partitionIndexes })) }),
  topic => topic.name,
)

type Marked = { marker: WriteTxnMarkersRequest['markers'][number]; partition: number }
const marked = ({ markers }: WriteTxnMarkersRequest): Entry<Marked>[] =>
  markers.flatMap(marker =>
    marker.topics.flatMap(t => t.partitionIndexes.map(partition => ({ topic: t.name, partition, value: { marker, partition } }))),
  )

function toMarkers(body: WriteTxnMarkersRequest, entries: readonly Entry<Marked>[]): WriteTxnMarkersRequest {
  const markers = [...new Set(entries.map(e => e.value.marker))].map(marker => {
    const own = entries.filter(e => e.value.marker === marker)
    return { ...marker, topics: byTopic(own, (name, values) => ({ name, partitionIndexes: values.map(v => v.partition) })) }
  })
  return { ...body, markers }
}
const keyOfMark = (producerId: bigint, partition: string): string => `${producerId} ${partition}`

/** What was written is never asked for again: it would be written twice. */
export const writeTxnMarkers: Sharder<WriteTxnMarkersRequest, WriteTxnMarkersResponse> = {
  isBound: true,
  split: (cluster, body) => byLeader(cluster, marked(body), entries => toMarkers(body, entries)),
  refused: (answer, body) => {
    const refused = answer.markers.flatMap(m => [...notLed(m.topics, t => t.name)].map(partition => keyOfMark(m.producerId, partition)))
    const keep = (chosen: (key: string) => boolean) => {
      const entries = marked(body).filter(e => chosen(keyOfMark(e.value.marker.producerId, keyOf(e))))
      return entries.length > 0 ? toMarkers(body, entries) : undefined
    }
    const rest = () => answer.markers.map(m => ({ ...m, topics: led(m.topics) })).filter(m => m.topics.length > 0)
    return cut(new Set(refused), keep, () => ({ ...answer, markers: rest() }))
  },
  forget: (cluster, body) => reload(cluster, marked(body)),
  merge: answers => {
    const all = answers.flatMap(a => a.markers)
    const ids = [...new Set(all.map(m => m.producerId))]
    const topicsOf = (id: bigint) => all.filter(m => m.producerId === id).flatMap(m => m.topics)
    return { ...answers[0], markers: ids.map(producerId => ({ producerId, topics: mergeTopics(topicsOf(producerId), t => t.name) })) }
  },
}
