/** Which topics the list shows, in which order. */
import { matches } from '../filter/match.js'
import { type Filter, parseFilter } from '../filter/parse.js'
import type { Sort } from '../parts/grid-columns.js'
import { flag, text } from '../route/query.js'
import type { TopicInfo, TopicOffsets } from '../session/protocol.js'
import type { Fact } from '../store/lazy-facts.js'
import { healthOf, inRate, isUnhealthy, offsetSpan, replicationOf } from '../store/topics.js'

export const topicsQuery = { f: text(), internal: flag(), unhealthy: flag(), sort: text('name') }

const fields = ['partitions', 'rf', 'internal', 'id'] as const

export const topicFilter = (words: string): Filter => parseFilter(words, fields)

export interface TopicChoice {
  filter: Filter
  /** Internal topics are shown only when asked for. */
  internal: boolean
  unhealthy: boolean
}

export function chosenTopics(topics: readonly TopicInfo[], { filter, internal, unhealthy }: TopicChoice): TopicInfo[] {
  return topics.filter(topic => {
    if (topic.internal && !internal) return false
    if (unhealthy && !isUnhealthy(topic)) return false
    return matches(filter, field => fieldOf(topic, field))
  })
}

function fieldOf(topic: TopicInfo, field: string | null) {
  switch (field) {
    case 'partitions':
      return topic.partitions.length
    case 'rf':
      return replicationOf(topic.partitions)
    case 'internal':
      return topic.internal ? 'true' : 'false'
    case 'id':
      return topic.topicId
    default:
      return topic.name
  }
}

/** `-span` sorts down by offset span. */
export function sortOf(param: string): Sort {
  const down = param.startsWith('-')
  return { column: down ? param.slice(1) : param, down }
}
export const sortParam = (sort: Sort): string => (sort === null ? 'name' : `${sort.down ? '-' : ''}${sort.column}`)

type Offsets = ReadonlyMap<string, Fact<TopicOffsets>>

/** Sorted by what is known: a topic whose figure is not known yet comes last, either way round. */
export function sortTopics(topics: readonly TopicInfo[], sort: Sort, offsets: Offsets): TopicInfo[] {
  const { column, down } = sort ?? { column: 'name', down: false }
  const keyed = topics.map(topic => ({ topic, key: keyOf(topic, column, offsets) }))
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return a.key === b.key ? byName(a.topic, b.topic) : a.key === null ? 1 : -1
    const order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0
    return (down ? -order : order) || byName(a.topic, b.topic)
  })
  return keyed.map(({ topic }) => topic)
}

const byName = (a: TopicInfo, b: TopicInfo) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

function keyOf(topic: TopicInfo, column: string, offsets: Offsets): string | number | bigint | null {
  switch (column) {
    case 'partitions':
      return topic.partitions.length
    case 'rf':
      return replicationOf(topic.partitions)
    case 'health': {
      const { leaderless, underReplicated, offline } = healthOf(topic.partitions)
      return -(leaderless * 1_000_000 + underReplicated * 1000 + offline)
    }
    case 'span': {
      const fact = offsets.get(topic.name)
      return fact?.value ? offsetSpan(fact.value) : null
    }
    case 'rate': {
      const fact = offsets.get(topic.name)
      return fact ? inRate(fact) : null
    }
    default:
      return topic.name
  }
}
