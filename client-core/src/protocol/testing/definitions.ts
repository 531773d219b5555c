import { mavenJar, zipEntries } from './jar.js'

/** A message as Kafka itself defines it: the JSON that the kafka-clients jar carries since 2.2. */
export interface Definition {
  readonly name: string
  readonly type: 'request' | 'response' | 'header' | 'data' | 'coordinator-key' | 'coordinator-value'
  readonly apiKey?: number
  readonly validVersions: string
  readonly flexibleVersions?: string
  readonly latestVersionUnstable?: boolean
  readonly listeners?: readonly ('broker' | 'controller' | 'zkBroker')[]
  readonly fields?: readonly FieldDefinition[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly FieldDefinition[] }[]
}
export interface FieldDefinition {
  readonly name: string
  readonly type: string
  /** Without it, a tagged field has those of its tag. */
  readonly versions?: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number | string
  readonly default?: string | number | boolean | null
  readonly ignorable?: boolean
  readonly fields?: readonly FieldDefinition[]
}

export interface Range {
  readonly first: number
  readonly last: number
}

/** `3+`, `0-7`, `2`; undefined for `none`. */
export function versionRange(text: string | undefined): Range | undefined {
  const match = /^(\d+)(\+|-(\d+))?$/.exec(text ?? 'none')
  if (match === null) return undefined
  const first = Number(match[1])
  return { first, last: match[3] !== undefined ? Number(match[3]) : match[2] === '+' ? Number.POSITIVE_INFINITY : first }
}

export const within = (range: Range | undefined, version: number): boolean =>
  range !== undefined && version >= range.first && version <= range.last

/** Every definition of a version of Kafka in its clients' jar, or in another, by name. */
export async function definitionsOf(version: string, artifact = 'kafka-clients'): Promise<Map<string, Definition>> {
  const entries = await zipEntries(await mavenJar(`org.apache.kafka:${artifact}:${version}`), name =>
    /^common\/message\/\w+\.json$/.test(name),
  )
  const definitions = [...entries.values()].map(parse)
  return new Map(definitions.map(definition => [definition.name, definition]))
}

function parse(bytes: Uint8Array): Definition {
  // They are JSON with `//` comments on lines of their own.
  return JSON.parse(new TextDecoder().decode(bytes).replace(/^\s*\/\/.*$/gm, ''))
}

/** The fields of a struct, whether they stand inside it or among the message's common ones. */
export function fieldsOf(definition: Definition, field: FieldDefinition): readonly FieldDefinition[] | undefined {
  const struct = field.type.replace('[]', '')
  if (!/^[A-Z]/.test(struct)) return undefined
  return field.fields ?? definition.commonStructs?.find(common => common.name === struct)?.fields
}
