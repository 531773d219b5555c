/** What one node of a cluster is told about itself and the others. */
export interface NodePlace {
  id: number
  port: number
  /** Of a node in KRaft mode, where all are broker and controller at once. */
  controllerPort: number
  /** Where its data lives. */
  directory: string
  /** Listeners beside the plaintext one. */
  listeners?: readonly (ListenerSpec & { name: string; port: number })[]
}

/** A further listener; `settings` without their prefix `listener.name.….`. */
export interface ListenerSpec {
  protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  settings?: Settings
}

export type Settings = Readonly<Record<string, string | number | boolean>>

/** Small, quick to answer, quick to notice: no test waits for a production default. */
const quick: Settings = {
  'num.partitions': 1,
  'num.network.threads': 2,
  'num.io.threads': 4,
  'background.threads': 2,
  'num.recovery.threads.per.data.dir': 1,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.num.partitions': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  // A killed broker cannot register again before its old registration times out: at the default of 9 s a restart takes 13 s.
  'broker.session.timeout.ms': 1000,
  'broker.heartbeat.interval.ms': 200,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 100,
  'group.consumer.min.session.timeout.ms': 1000,
  'group.consumer.session.timeout.ms': 3000,
  'group.consumer.min.heartbeat.interval.ms': 100,
  'group.consumer.heartbeat.interval.ms': 300,
  'group.share.min.session.timeout.ms': 1000,
  'group.share.session.timeout.ms': 3000,
  'group.share.min.heartbeat.interval.ms': 100,
  'group.share.heartbeat.interval.ms': 300,
  'group.share.min.record.lock.duration.ms': 1000,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
  'log.initial.task.delay.ms': 500,
  'log.retention.check.interval.ms': 1000,
  'log.segment.delete.delay.ms': 500,
  'file.delete.delay.ms': 500,
  'log.cleaner.threads': 1,
  'log.cleaner.backoff.ms': 500,
  // The default buffer of 128 MB would not fit into a small heap.
  'log.cleaner.dedupe.buffer.size': 4_194_304,
  'quota.window.num': 2,
}

/** One copy of everything where there is one broker, three copies of which two must be in sync where there are three. */
const copies = (nodes: number): Settings => ({
  'default.replication.factor': nodes,
  'min.insync.replicas': Math.min(2, nodes),
  'offsets.topic.replication.factor': nodes,
  'transaction.state.log.replication.factor': nodes,
  'transaction.state.log.min.isr': Math.min(2, nodes),
  'share.coordinator.state.topic.replication.factor': nodes,
  'share.coordinator.state.topic.min.isr': Math.min(2, nodes),
})

/** Several nodes notice a death within a second, and leaders stay where a test put them. */
const together: Settings = {
  'auto.leader.rebalance.enable': false,
  'controller.quorum.election.timeout.ms': 500,
  'controller.quorum.fetch.timeout.ms': 1000,
  'controller.quorum.election.backoff.max.ms': 500,
  'replica.lag.time.max.ms': 3000,
  'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
}

/** A node's server.properties. Every listener is on loopback and advertises itself. */
export function serverProperties(node: NodePlace, nodes: readonly NodePlace[], extra: Settings = {}): string {
  const { listeners = [] } = node
  const all: Settings = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'broker.rack': `rack-${node.id}`,
    'controller.quorum.voters': nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: [
      `CONTROLLER://127.0.0.1:${node.controllerPort},PLAINTEXT://127.0.0.1:${node.port}`,
      ...listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`),
    ].join(),
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      ...listeners.map(({ name, protocol }) => `${name}:${protocol}`),
    ].join(),
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': node.directory,
    ...quick,
    ...copies(nodes.length),
    ...(nodes.length > 1 ? together : {}),
    ...Object.assign({}, ...listeners.map(settingsOf)),
    ...extra,
  }
  return lines(all)
}

/** A server.properties of a broker that wants ZooKeeper. */
export function zookeeperBrokerProperties(
  release: string,
  node: NodePlace,
  nodes: readonly NodePlace[],
  zookeeper: number,
  extra: Settings = {},
) {
  const listener: Settings = release.startsWith('0.8.')
    ? { port: node.port, 'host.name': '127.0.0.1' }
    : { listeners: `PLAINTEXT://127.0.0.1:${node.port}` }
  return lines({
    'broker.id': node.id,
    'zookeeper.connect': `127.0.0.1:${zookeeper}`,
    ...listener,
    'log.dirs': node.directory,
    ...quick,
    ...copies(nodes.length),
    ...extra,
  })
}

export const zookeeperProperties = (port: number, directory: string): string =>
  lines({
    tickTime: 500,
    dataDir: directory,
    clientPort: port,
    clientPortAddress: '127.0.0.1',
    'admin.enableServer': false,
    maxClientCnxns: 0,
  })

const lines = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

const settingsOf = ({ name, settings = {} }: { name: string; settings?: Settings }): Settings =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]))
