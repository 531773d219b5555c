import { zeroUuid } from '../bytes/uuid.js'

interface NamedTopic {
  topicId?: string
}

/** The last version by API key that names topics: later ones know them by id alone (KIP-516, KIP-848). */
const lastNamed = new Map<number, number>([
  [0, 12],
  [1, 12],
  [8, 9],
  [28, 5],
])

/** The last version that can carry a body which names a topic without its id; undefined when any can. */
export function lastVersionOf(apiKey: number, body: unknown): number | undefined {
  const last = lastNamed.get(apiKey)
  if (last === undefined) return undefined
  const { topics, topicData } = body as { topics?: readonly NamedTopic[]; topicData?: readonly NamedTopic[] }
  const isNamed = (topicData ?? topics ?? []).some(topic => topic.topicId === undefined || topic.topicId === zeroUuid)
  return isNamed ? last : undefined
}
