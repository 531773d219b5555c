import type { ConfigKey, ConfigType } from './config.js'
import { topicConfigKeys } from './topic-configs.js'

const key = (name: string, type: ConfigType, byDefault: string | null, readOnly = false): ConfigKey => ({
  name,
  type,
  default: byDefault,
  readOnly,
})
const fixed = (name: string, type: ConfigType, byDefault: string | null): ConfigKey => key(name, type, byDefault, true)

/** A broker's settings behind those of topics: same type, same default. */
const behindTopics = [...topicConfigKeys.values()].flatMap(k =>
  k.broker ? [{ ...key(k.broker, k.type, k.default), doc: k.doc, oneOf: k.oneOf, min: k.min }] : [],
)

/** The settings of a broker that this cluster describes: a choice of Kafka 4.4's, with its defaults. */
export const brokerConfigKeys: ReadonlyMap<string, ConfigKey> = new Map(
  [
    ...behindTopics,
    key('advertised.listeners', 'list', null),
    fixed('auto.create.topics.enable', 'boolean', 'true'),
    fixed('auto.leader.rebalance.enable', 'boolean', 'true'),
    fixed('background.threads', 'int', '10'),
    fixed('broker.id', 'int', '-1'),
    fixed('broker.rack', 'string', null),
    fixed('connections.max.idle.ms', 'long', '600000'),
    fixed('default.replication.factor', 'int', '1'),
    fixed('delegation.token.expiry.time.ms', 'long', '86400000'),
    fixed('delegation.token.max.lifetime.ms', 'long', '604800000'),
    fixed('delegation.token.secret.key', 'password', null),
    fixed('delete.topic.enable', 'boolean', 'true'),
    fixed('fetch.max.bytes', 'int', '57671680'),
    fixed('group.coordinator.rebalance.protocols', 'list', 'classic,consumer,streams'),
    fixed('group.initial.rebalance.delay.ms', 'int', '3000'),
    fixed('group.max.session.timeout.ms', 'int', '1800000'),
    fixed('group.min.session.timeout.ms', 'int', '6000'),
    key('listeners', 'list', 'PLAINTEXT://:9092'),
    fixed('log.dirs', 'list', null),
    fixed('log.retention.check.interval.ms', 'long', '300000'),
    fixed('log.retention.hours', 'int', '168'),
    key('log.retention.ms', 'long', null),
    key('log.roll.ms', 'long', null),
    fixed('max.incremental.fetch.session.cache.slots', 'int', '1000'),
    fixed('node.id', 'int', null),
    key('num.io.threads', 'int', '8'),
    key('num.network.threads', 'int', '3'),
    fixed('num.partitions', 'int', '1'),
    fixed('offset.metadata.max.bytes', 'int', '4096'),
    fixed('offsets.retention.minutes', 'int', '10080'),
    fixed('offsets.topic.num.partitions', 'int', '50'),
    fixed('offsets.topic.replication.factor', 'short', '3'),
    fixed('process.roles', 'list', ''),
    fixed('producer.id.expiration.ms', 'int', '86400000'),
    fixed('replica.lag.time.max.ms', 'long', '30000'),
    fixed('replica.selector.class', 'string', null),
    fixed('request.timeout.ms', 'int', '30000'),
    fixed('sasl.enabled.mechanisms', 'list', 'GSSAPI'),
    fixed('socket.request.max.bytes', 'int', '104857600'),
    key('ssl.keystore.password', 'password', null),
    fixed('transaction.max.timeout.ms', 'int', '900000'),
    fixed('transactional.id.expiration.ms', 'int', '604800000'),
  ].map(k => [k.name, k]),
)
