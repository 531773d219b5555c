/** The numbers of DescribeConfigs' types and sources (KIP-226, KIP-569). */
export const configTypes = { boolean: 1, string: 2, int: 3, short: 4, long: 5, double: 6, list: 7, class: 8, password: 9 } as const
export const configSources = {
  dynamicTopic: 1,
  dynamicBroker: 2,
  dynamicDefaultBroker: 3,
  staticBroker: 4,
  default: 5,
  dynamicBrokerLogger: 6,
} as const
export type ConfigType = keyof typeof configTypes

/** One setting that a broker knows. */
export interface ConfigKey {
  readonly name: string
  readonly type: ConfigType
  /** One sentence of our own. */
  readonly doc?: string
  readonly default: string | null
  /** For a topic's setting: the broker's setting that it falls back to. */
  readonly broker?: string
  /** The values that are allowed, where there are few. */
  readonly oneOf?: readonly string[]
  readonly min?: number
  /** A broker's setting that cannot be changed while it runs. */
  readonly readOnly?: boolean
}

/** Why a value is refused, or undefined when it is fine. */
export function configProblem(key: ConfigKey, value: string | null): string | undefined {
  if (value === null) return `Null value not supported for topic configs: ${key.name}`
  if (key.oneOf) {
    const parts = key.type === 'list' ? value.split(',').map(part => part.trim()) : [value]
    const wrong = parts.find(part => !key.oneOf?.includes(part))
    return wrong === undefined
      ? undefined
      : `Invalid value ${value} for configuration ${key.name}: String must be one of: ${key.oneOf.join(', ')}`
  }
  return wrongType(key.type, value) ?? tooSmall(key, value)
}

function wrongType(type: ConfigType, value: string): string | undefined {
  if (type === 'boolean') return /^(true|false)$/i.test(value) ? undefined : `Expected value to be either true or false, not ${value}`
  if (type === 'int' || type === 'short' || type === 'long')
    return /^-?\d{1,19}$/.test(value.trim()) ? undefined : `Not a number of type ${type.toUpperCase()}: ${value}`
  if (type === 'double') return Number.isFinite(Number(value)) && value.trim() !== '' ? undefined : `Not a number of type DOUBLE: ${value}`
  return undefined
}

function tooSmall({ name, min }: ConfigKey, value: string): string | undefined {
  return min !== undefined && Number(value) < min
    ? `Invalid value ${value} for configuration ${name}: Value must be at least ${min}`
    : undefined
}
