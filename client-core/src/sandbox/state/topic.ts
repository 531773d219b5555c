import type { Uuid } from '../../bytes/uuid.js'
import type { Partition } from './partition.js'
import type { Settings, TopicSettings } from './settings.js'

/** A topic: its partitions, 0 to n-1, and its own settings. */
export class Topic {
  readonly partitions: Partition[] = []
  /** Settled before the topic can be seen; a deleted topic's partitions keep it. */
  deleted = false
  #settings: TopicSettings | undefined

  constructor(
    readonly name: string,
    readonly id: Uuid,
    readonly replicationFactor: number,
    readonly configs: Map<string, string>,
    private readonly all: Settings,
  ) {}

  /** `__consumer_offsets` and its like: Metadata marks them, and clients leave them alone. */
  get internal(): boolean {
    return this.name === '__consumer_offsets' || this.name === '__transaction_state'
  }

  get settings(): TopicSettings {
    return (this.#settings ??= this.all.resolve(this.configs))
  }

  setConfig(name: string, value: string | undefined): void {
    if (value === undefined) this.configs.delete(name)
    else this.configs.set(name, value)
    this.#settings = undefined
  }

  replaceConfigs(configs: ReadonlyMap<string, string>): void {
    this.configs.clear()
    for (const [name, value] of configs) this.configs.set(name, value)
    this.#settings = undefined
  }

  /** The brokers' settings behind the topic's changed. */
  settingsChanged(): void {
    this.#settings = undefined
  }
}
