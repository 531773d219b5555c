/** The methods of the session for one page. */
import type { Asking } from '../kafka/client.js'
import { clientFault, faultFrom } from '../kafka/faults.js'
import { topicOffsets } from '../kafka/offsets.js'
import { listTopics } from '../kafka/topics.js'
import type { SessionStatus, TopicInfo, TopicList } from '../protocol.js'
import type { CallContext, SessionHandlers, StreamContext } from '../serve-port.js'
import { SessionError } from '../session.js'
import type { Host } from './host.js'
import { initiatorOf } from './origin.js'
import { wireHandlers } from './wire-handlers.js'

/** What only some pages need comes when they ask for it. */
const groupRoom = async () => ({ ...(await import('../kafka/groups.js')), ...(await import('../kafka/group-detail.js')) })

export function handlersFor(host: Host, page: number): SessionHandlers {
  const { connector, now } = host
  const asking = ({ signal, origin }: CallContext): Asking => ({ signal, initiator: initiatorOf(origin, page) })
  const wire = wireHandlers(host, page)

  const partitionsOf = async (names: string[], options: Asking): Promise<{ topic: string; partitions: number[] }[]> => {
    const topics = await host.topics.get(names, options)
    return topics.map(({ name, partitions }) => ({ topic: name, partitions: partitions.map(p => p.partition) }))
  }

  return {
    calls: {
      'session.open': async params => {
        connector.open(params)
        return connector.status
      },
      'session.retry': async () => {
        void connector.retry()
        return connector.status
      },
      'topics.list': async ({ topics }, context) => {
        const list = await listTopics(await connector.connected(), topics, asking(context), now)
        host.topics.put(list)
        return list
      },
      'topics.offsets': async ({ topics, stable }, context) => {
        const client = await connector.connected()
        const options = asking(context)
        return topicOffsets(client, await partitionsOf(topics, options), stable, options, now)
      },
      'topics.configs': async ({ topics, keys }, context) => {
        const { topicConfigs } = await import('../kafka/configs.js')
        return topicConfigs(await connector.connected(), topics, keys, asking(context))
      },
      'records.read': async (params, context) => {
        const { readRecord } = await import('../kafka/read-record.js')
        return readRecord(await connector.connected(), params, asking(context))
      },
      produce: async (params, context) => (await connector.connected()).produce(params, asking(context)),
      'produce.partitionFor': async ({ topic, key }, context) => {
        const { previewPartition } = await import('../kafka/producing.js')
        const [info] = await host.topics.get([topic], asking(context))
        return previewPartition(info, key)
      },
      'groups.list': async (_, context) => {
        const { listGroups } = await groupRoom()
        const list = await listGroups(await connector.connected(), asking(context), now)
        host.groupTypes.put(list)
        return list
      },
      'groups.summaries': async ({ groups }, context) => {
        const { groupSummaries } = await groupRoom()
        return groupSummaries(await connector.connected(), groups, host.groupTypes.of, asking(context))
      },
      'groups.detail': async ({ group }, context) => {
        const { groupDetail } = await groupRoom()
        const client = await connector.connected()
        const brokerOf = (nodeId: number) => client.brokers().find(broker => broker.nodeId === nodeId)
        return groupDetail({ client, typeOf: host.groupTypes.of, brokerOf, now }, group, asking(context))
      },
      ...wire.calls,
    },
    streams: {
      'session.status': (_, context) => follow(connector, context),
      scan: async (params, context) => {
        const { runScan } = await import('../scan/run.js')
        const client = await connector.connected()
        const openReader = await client.reading()
        await runScan(params, context, { client, openReader, initiator: initiatorOf(context.origin, page), now, sleep: host.sleep })
      },
      ...wire.streams,
    },
    fault: faultFrom,
    visible: visible => host.setVisible(page, visible),
  }
}

/** The status at once and then on each change; changes that come while the page has no credit are one. */
async function follow(connector: Host['connector'], context: StreamContext<'session.status'>): Promise<void> {
  let latest: SessionStatus | null = connector.status
  let wake: () => void = () => {}
  const stop = connector.subscribe(status => {
    latest = status
    wake()
  })
  context.signal.addEventListener('abort', () => wake())
  while (!context.signal.aborted) {
    if (latest) {
      try {
        await context.ready()
      } catch {
        break
      }
      const next: SessionStatus | null = latest
      latest = null
      if (next) context.send(next)
    } else {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
  stop()
}

/** Topics as they were last read: what needs only their partitions does not ask again within half a minute. */
export class KnownTopics {
  private readonly known = new Map<string, { topic: TopicInfo; at: number }>()

  constructor(
    private readonly load: (names: string[], options: Asking) => Promise<TopicList>,
    private readonly now: () => number,
    private readonly keepMs = 30_000,
  ) {}

  put({ topics, at }: TopicList): void {
    for (const topic of topics) this.known.set(topic.name, { topic, at })
  }

  /** In the order asked for. A topic that the cluster does not know is an error. */
  async get(names: readonly string[], options: Asking): Promise<TopicInfo[]> {
    const fresh = (name: string) => {
      const found = this.known.get(name)
      return found && !found.topic.fault && this.now() - found.at < this.keepMs ? found.topic : undefined
    }
    const missing = names.filter(name => !fresh(name))
    if (missing.length > 0) this.put(await this.load(missing, options))
    return names.map(name => {
      const topic = this.known.get(name)?.topic
      if (!topic) throw new SessionError(clientFault('Topic not read', 'UNKNOWN_TOPIC_OR_PARTITION', `${name} is not known to the cluster`))
      if (topic.fault && topic.partitions.length === 0) throw new SessionError(topic.fault)
      return topic
    })
  }
}
