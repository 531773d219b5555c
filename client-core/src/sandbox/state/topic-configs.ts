import type { ConfigKey, ConfigType } from './config.js'

const key = (name: string, type: ConfigType, byDefault: string, broker?: string, rest: Partial<ConfigKey> = {}): ConfigKey => ({
  name,
  type,
  default: byDefault,
  broker,
  ...rest,
})
const FOREVER = '9223372036854775807'

/** The settings of a topic that Kafka 4.4 describes, with its defaults and the broker's settings behind them. */
export const topicConfigKeys: ReadonlyMap<string, ConfigKey> = new Map(
  [
    key('cleanup.policy', 'list', 'delete', 'log.cleanup.policy', { oneOf: ['compact', 'delete'] }),
    key('compression.gzip.level', 'int', '-1', 'compression.gzip.level'),
    key('compression.lz4.level', 'int', '9', 'compression.lz4.level'),
    key('compression.type', 'string', 'producer', 'compression.type', {
      oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    }),
    key('compression.zstd.level', 'int', '3', 'compression.zstd.level'),
    key('delete.retention.ms', 'long', '86400000', 'log.cleaner.delete.retention.ms', { min: 0 }),
    key('errors.deadletterqueue.group.enable', 'boolean', 'false'),
    key('file.delete.delay.ms', 'long', '60000', 'log.segment.delete.delay.ms', { min: 0 }),
    key('flush.messages', 'long', FOREVER, 'log.flush.interval.messages', { min: 1 }),
    key('flush.ms', 'long', FOREVER, undefined, { min: 0 }),
    key('follower.replication.throttled.replicas', 'list', ''),
    key('index.interval.bytes', 'int', '4096', 'log.index.interval.bytes', { min: 0 }),
    key('leader.replication.throttled.replicas', 'list', ''),
    key('local.retention.bytes', 'long', '-2', 'log.local.retention.bytes', { min: -2 }),
    key('local.retention.ms', 'long', '-2', 'log.local.retention.ms', { min: -2 }),
    key('max.compaction.lag.ms', 'long', FOREVER, 'log.cleaner.max.compaction.lag.ms', { min: 1 }),
    key('max.decompressed.message.bytes', 'int', '2147483639', 'max.decompressed.message.bytes', { min: 0 }),
    key('max.message.bytes', 'int', '1048588', 'message.max.bytes', { min: 0 }),
    key('message.timestamp.after.max.ms', 'long', '3600000', 'log.message.timestamp.after.max.ms', { min: 0 }),
    key('message.timestamp.before.max.ms', 'long', FOREVER, 'log.message.timestamp.before.max.ms', { min: 0 }),
    key('message.timestamp.type', 'string', 'CreateTime', 'log.message.timestamp.type', { oneOf: ['CreateTime', 'LogAppendTime'] }),
    key('min.cleanable.dirty.ratio', 'double', '0.5', 'log.cleaner.min.cleanable.ratio', { min: 0 }),
    key('min.compaction.lag.ms', 'long', '0', 'log.cleaner.min.compaction.lag.ms', { min: 0 }),
    key('min.insync.replicas', 'int', '1', 'min.insync.replicas', { min: 1 }),
    key('preallocate', 'boolean', 'false', 'log.preallocate'),
    key('remote.copy.lag.bytes', 'long', '-1', 'log.remote.copy.lag.bytes', { min: -1 }),
    key('remote.copy.lag.ms', 'long', '0', 'log.remote.copy.lag.ms', { min: 0 }),
    key('remote.log.copy.disable', 'boolean', 'false'),
    key('remote.log.delete.on.disable', 'boolean', 'false'),
    key('remote.storage.enable', 'boolean', 'false'),
    key('retention.bytes', 'long', '-1', 'log.retention.bytes', { min: -1 }),
    key('retention.ms', 'long', '604800000', undefined, { min: -1 }),
    key('segment.bytes', 'int', '1073741824', 'log.segment.bytes', { min: 14 }),
    key('segment.index.bytes', 'int', '10485760', 'log.index.size.max.bytes', { min: 4 }),
    key('segment.jitter.ms', 'long', '0', undefined, { min: 0 }),
    key('segment.ms', 'long', '604800000', undefined, { min: 1 }),
    key('unclean.leader.election.enable', 'boolean', 'false', 'unclean.leader.election.enable'),
  ].map(k => [k.name, k]),
)
