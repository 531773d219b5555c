/** What a request is about, out of its decoded body: topics, partitions, groups, keys. One place for all APIs, since Kafka names alike what is alike. */
export interface Subject {
  /** "orders.events-7", "orders.events +3", "16 topics, 2 keys". */
  text: string
  /** Every name in it, for the filter; at most `NAMES`. */
  names: string[]
}

type Body = Record<string, unknown>
/** Names topics that a request knows by id (KIP-516). */
export type TopicNames = (topicId: string) => string | undefined

const NAMES = 200
const CONFIG_TOPIC = 2
const FETCH = 1

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null
const bodies = (value: unknown): Body[] => (Array.isArray(value) ? value.filter(isBody) : [])
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

export function subjectOf(apiKey: number, body: unknown, topicNames: TopicNames): Subject {
  if (!isBody(body)) return { text: '', names: [] }
  return special(apiKey, body) ?? group(body) ?? topics(apiKey, body, topicNames) ?? { text: '', names: [] }
}

/** APIs whose subject is not a list of topics or a group. */
function special(apiKey: number, body: Body): Subject | null {
  switch (apiKey) {
    case 3:
      if (body.topics === null) return { text: 'all topics', names: [] }
      return bodies(body.topics).length === 0 ? { text: 'brokers only', names: [] } : null
    case 10:
      return named(Array.isArray(body.coordinatorKeys) && body.coordinatorKeys.length > 0 ? body.coordinatorKeys.map(String) : [body.key])
    case 16:
      return { text: 'all groups', names: [] }
    case 17:
      return named([body.mechanism])
    case 18:
      return { text: [body.clientSoftwareName, body.clientSoftwareVersion].map(textOf).filter(Boolean).join(' '), names: [] }
    case 22:
      return named([textOf(body.transactionalId) ?? 'idempotent producer'])
    case 32:
      return configs(body)
    case 60:
      return { text: 'the cluster', names: [] }
    default:
      return null
  }
}

function group(body: Body): Subject | null {
  const one = textOf(body.groupId) ?? textOf(body.transactionalId)
  if (one) return named([one])
  const many = body.groups ?? body.groupIds ?? body.groupsNames
  if (!Array.isArray(many) || many.length === 0) return null
  return named(many.map(item => (isBody(item) ? item.groupId : item)))
}

function configs(body: Body): Subject {
  const resources = bodies(body.resources)
  const names = resources.map(resource => String(resource.resourceName))
  const keys = resources[0]?.configurationKeys
  const what = resources.every(resource => resource.resourceType === CONFIG_TOPIC) ? 'topic' : 'resource'
  const head = names.length === 1 ? names[0] : `${names.length} ${what}s`
  return { text: Array.isArray(keys) ? `${head}, ${plural(keys.length, 'key')}` : head, names: names.slice(0, NAMES) }
}

function topics(apiKey: number, body: Body, topicNames: TopicNames): Subject | null {
  // In a session a Fetch names only what has changed (KIP-227): the rest is fetched all the same.
  const isSession = apiKey === FETCH && Number(body.sessionId) > 0
  const rest = isSession ? ' …' : ''
  const list = bodies(body.topics ?? body.topicData ?? body.topicNames ?? body.responses)
  const plain = Array.isArray(body.topicNames) ? body.topicNames.map(String) : null
  if (plain) return named(plain)
  if (list.length === 0) return isSession ? { text: `as before, session ${body.sessionId}`, names: [] } : null
  const names = list.map(topic => topicName(topic, topicNames))
  const partitions = list.flatMap(topic => bodies(topic.partitions ?? topic.partitionData))
  if (apiKey === 2) return listed(names, partitions)
  if (list.length === 1 && partitions.length === 1) {
    const partition = partitions[0].partition ?? partitions[0].index ?? partitions[0].partitionIndex
    return { text: `${names[0]}-${partition}${rest}`, names }
  }
  const { text, names: distinct } = named(names)
  return { text: text + rest, names: distinct }
}

function topicName(topic: Body, topicNames: TopicNames): string {
  const id = textOf(topic.topicId)
  return textOf(topic.name) ?? textOf(topic.topic) ?? textOf(topic.topicName) ?? (id && topicNames(id)) ?? id ?? '?'
}

/** ListOffsets: where one asks at. Special timestamps: -1 latest, -2 earliest, -3 max timestamp. */
function listed(names: string[], partitions: Body[]): Subject {
  const asked = new Set(partitions.map(partition => String(partition.timestamp)))
  const at =
    asked.size > 1 ? 'several times' : asked.has('-1') ? 'latest' : asked.has('-2') ? 'earliest' : asked.has('-3') ? 'newest' : 'by time'
  const one = new Set(names).size === 1 && partitions.length === 1
  const head = one
    ? `${names[0]}-${partitions[0].partitionIndex}`
    : partitions.length > 3
      ? plural(partitions.length, 'partition')
      : named(names).text
  return { text: `${head}, ${at}`, names: names.slice(0, NAMES) }
}

function named(values: readonly unknown[]): Subject {
  const names = values.map(textOf).filter(name => name !== null)
  const distinct = [...new Set(names)]
  return { text: distinct.length > 1 ? `${distinct[0]} +${distinct.length - 1}` : (distinct[0] ?? ''), names: distinct.slice(0, NAMES) }
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
