/** Where the reader is, as the hash says it: `#/cluster/topics/orders.events/messages?from=newest`. Names are encoded; no secrets, no record data. */

export const topicTabs = ['messages', 'partitions', 'configs'] as const
export type TopicTab = (typeof topicTabs)[number]
export const groupTabs = ['lag', 'members'] as const
export type GroupTab = (typeof groupTabs)[number]

export type Place =
  | { page: 'topics' }
  | { page: 'topic'; topic: string; tab: TopicTab }
  | { page: 'messages' }
  | { page: 'groups' }
  | { page: 'group'; group: string; tab: GroupTab }
  | { page: 'wire' }
  | { page: 'metrics' }
  | { page: 'unknown'; path: string }

export interface Route {
  /** `-` while the cluster's name is not known yet. */
  cluster: string
  place: Place
  query: ReadonlyMap<string, string>
}

export const START: Route = { cluster: '-', place: { page: 'topics' }, query: new Map() }

export function parseHash(hash: string): Route {
  const [path, search = ''] = split(hash.replace(/^#/, ''), '?')
  const [cluster = '-', ...parts] = path.replace(/^\//, '').split('/').map(decode)
  return { cluster: cluster || '-', place: placeOf(parts, path), query: parseQuery(search) }
}

export function formatHash(route: Route): string {
  const parts = [route.cluster, ...partsOf(route.place)]
  const query = formatQuery(route.query)
  return `#/${parts.map(encode).join('/')}${query && `?${query}`}`
}

function placeOf(parts: string[], path: string): Place {
  const [page = 'topics', name, tab] = parts
  switch (page) {
    case '':
      return { page: 'topics' }
    case 'topics':
      return name ? { page: 'topic', topic: name, tab: oneOf(topicTabs, tab) } : { page: 'topics' }
    case 'groups':
      return name ? { page: 'group', group: name, tab: oneOf(groupTabs, tab) } : { page: 'groups' }
    case 'messages':
    case 'wire':
    case 'metrics':
      return { page }
    default:
      return { page: 'unknown', path }
  }
}

function partsOf(place: Place): string[] {
  switch (place.page) {
    case 'topic':
      return ['topics', place.topic, place.tab]
    case 'group':
      return ['groups', place.group, place.tab]
    case 'unknown':
      return place.path.replace(/^\//, '').split('/').slice(1).map(decode)
    default:
      return [place.page]
  }
}

function parseQuery(search: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>()
  for (const pair of search.split('&')) {
    if (!pair) continue
    const [key, value = ''] = split(pair, '=')
    query.set(decode(key), decode(value.replaceAll('+', ' ')))
  }
  return query
}

function formatQuery(query: ReadonlyMap<string, string>): string {
  return Array.from(query, ([key, value]) => `${encode(key)}=${encode(value)}`).join('&')
}

function split(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** Readable where a hash allows it: `:`, `,` and `*` stay as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(3A|2C|2A|40)/g, found => decodeURIComponent(found))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function oneOf<T extends string>(values: readonly T[], value: string | undefined): T {
  return values.find(each => each === value) ?? values[0]
}
