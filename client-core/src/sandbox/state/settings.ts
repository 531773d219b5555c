import { brokerConfigKeys } from './broker-configs.js'
import { topicConfigKeys } from './topic-configs.js'

/** What a partition asks of its topic's settings at every append and read. */
export interface TopicSettings {
  readonly maxMessageBytes: number
  readonly logAppendTime: boolean
  /** -1: forever. */
  readonly retentionMs: number
  /** -1: without end. */
  readonly retentionBytes: number
  /** Whether old records are deleted at all; a topic that is only compacted keeps them. */
  readonly deletes: boolean
  readonly compacts: boolean
  readonly minInsyncReplicas: number
  /** Whether a replica that is not in sync may lead when no other is left. */
  readonly uncleanElection: boolean
  readonly segmentBytes: number
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
}

/** The settings of the cluster's brokers (one set for all) and of topics above them. */
export class Settings {
  /** Changed while the cluster runs, for all brokers (KIP-226). */
  readonly dynamicDefaults = new Map<string, string>()

  constructor(private readonly fixed: ReadonlyMap<string, string>) {}

  /** What was given for brokers, the dynamic above the static. */
  given(name: string): string | undefined {
    return this.dynamicDefaults.get(name) ?? this.fixed.get(name)
  }
  /** What brokers were started with. */
  static(name: string): string | undefined {
    return this.fixed.get(name)
  }

  /** A broker's setting; null where it has neither a value nor a default. */
  ofBroker(name: string): string | null {
    return this.given(name) ?? brokerConfigKeys.get(name)?.default ?? null
  }

  numberOfBroker(name: string): number {
    return Number(this.ofBroker(name))
  }

  /** A topic's setting: its own, the broker's behind it, the default. */
  ofTopic(configs: ReadonlyMap<string, string>, name: string): string {
    const key = topicConfigKeys.get(name)
    const behind = name === 'retention.ms' ? this.#brokerRetentionMs() : key?.broker && this.given(key.broker)
    return configs.get(name) ?? behind ?? key?.default ?? ''
  }

  resolve(configs: ReadonlyMap<string, string>): TopicSettings {
    const number = (name: string) => Number(this.ofTopic(configs, name))
    const policy = this.ofTopic(configs, 'cleanup.policy')
    return {
      maxMessageBytes: number('max.message.bytes'),
      logAppendTime: this.ofTopic(configs, 'message.timestamp.type') === 'LogAppendTime',
      retentionMs: number('retention.ms'),
      retentionBytes: number('retention.bytes'),
      deletes: policy.includes('delete'),
      compacts: policy.includes('compact'),
      minInsyncReplicas: number('min.insync.replicas'),
      uncleanElection: this.ofTopic(configs, 'unclean.leader.election.enable') === 'true',
      segmentBytes: number('segment.bytes'),
      timestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
      timestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    }
  }

  /** Kafka derives this one default from `log.retention.ms`, or else from `log.retention.hours`. */
  #brokerRetentionMs(): string | undefined {
    const hours = this.given('log.retention.hours')
    return this.given('log.retention.ms') ?? (hours === undefined ? undefined : String(Number(hours) * 3_600_000))
  }
}
